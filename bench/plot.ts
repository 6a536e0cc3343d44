// Drawings of tables as SVG, readable on a light page and on a dark one.

import { type Axis, axisOf } from "./axis.ts";
import type { Cell, Figure, Table } from "./part.ts";
import { readable } from "./units.ts";

const WIDTH = 760;
const MARGIN = { top: 64, right: 70, bottom: 40 };
/** About as wide as a letter is. */
const LETTER = 7;
/** Left of the numbers of an axis. */
const AXIS_LEFT = 90;
const BAR = 11;
const GROUP_GAP = 12;
const LINES_HEIGHT = 300;

// Told apart by those who see few colours as well (Okabe and Ito), on white and on black.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .value { font-size: 10px }
  .ground { fill: #ffffff; stroke: #d0d7de }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .spread { stroke: #24292f; stroke-width: 1 }
  .c0 { fill: #0072b2; stroke: #0072b2 }
  .c1 { fill: #d55e00; stroke: #d55e00 }
  .c2 { fill: #009e73; stroke: #009e73 }
  .c3 { fill: #cc79a7; stroke: #cc79a7 }
  .c4 { fill: #b58900; stroke: #b58900 }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ground { fill: #0d1117; stroke: #30363d }
    .grid { stroke: #30363d }
    .spread { stroke: #e6edf3 }
    .c0 { fill: #56b4e9; stroke: #56b4e9 }
    .c4 { fill: #f0e442; stroke: #f0e442 }
    .line { fill: none }
  }`;
const COLOURS = 5;

/** The drawing that a table asks for. Throws where it has none, or nothing to draw. */
export function drawing(table: Table): string {
  if (table.plot === undefined) throw new Error(`Table "${table.title}" asks for no drawing`);
  return table.plot.kind === "bars" ? bars(table) : lines(table);
}

/** A group of bars a row; a thin line goes from the least round to the most. */
function bars(table: Table): string {
  const { log = false } = table.plot!;
  const drawn = columnsOf(table);
  const groups = table.rows.map(({ label, cells }) => ({
    label,
    figures: drawn.map(({ at }) => figureOf(cells[at])),
  }));
  const all = groups.flatMap(({ figures }) => figures).filter((each) => each !== undefined);
  const unit = all[0]?.unit ?? "";
  const left = 30 + LETTER * Math.max(...groups.map(({ label }) => label.length));
  const axis = axisOf(all, { log, from: left, to: WIDTH - MARGIN.right });
  const groupHeight = drawn.length * BAR + GROUP_GAP;
  const bottom = MARGIN.top + groups.length * groupHeight;

  const parts = [grid(axis, unit, bottom)];
  for (const [row, { label, figures }] of groups.entries()) {
    const top = MARGIN.top + row * groupHeight + GROUP_GAP / 2;
    const middle = top + (drawn.length * BAR) / 2;
    parts.push(text(label, { x: left - 8, y: middle + 4, anchor: "end" }));
    for (const [column, each] of figures.entries()) {
      if (each !== undefined) parts.push(bar(each, { axis, left, column, y: top + column * BAR }));
    }
  }
  return svg(table, {
    names: drawn.map(({ name }) => name),
    height: bottom + MARGIN.bottom,
    parts,
  });
}

interface BarPlace {
  readonly axis: Axis;
  readonly left: number;
  readonly column: number;
  readonly y: number;
}

function bar(each: Figure, { axis, left, column, y }: BarPlace): string {
  const end = axis.at(each.median);
  const middle = y + BAR / 2 - 0.5;
  const spread = `<line class="spread" x1="${n(axis.at(each.min))}" x2="${n(axis.at(each.max))}" ` +
    `y1="${n(middle)}" y2="${n(middle)}"/>`;
  return `<rect class="${colour(column)}" x="${n(left)}" y="${n(y)}" ` +
    `width="${n(Math.max(end - left, 1))}" height="${BAR - 2}"/>${spread}` +
    text(readable(each.median, each.unit), {
      x: Math.max(end, axis.at(each.max)) + 5,
      y: middle + 3.5,
      class: "value",
    });
}

/** A line a column, over the figures of one of them; both axes logarithmic. */
function lines(table: Table): string {
  const plot = table.plot!;
  if (plot.kind !== "lines") throw new Error("unreachable");
  const xAt = columnAt(table, plot.x);
  const drawn = columnsOf(table).map(({ name, at }) => ({
    name,
    points: table.rows.flatMap(({ cells }) => {
      const [x, y] = [figureOf(cells[xAt]), figureOf(cells[at])];
      return x === undefined || y === undefined || y.median <= 0 ? [] : [{ x, y }];
    }),
  }));
  const all = drawn.flatMap(({ points }) => points);
  // An axis of several units has none: the legend tells them.
  const units = new Set(all.map(({ y }) => y.unit));
  const [unit, named] = units.size === 1 ? [all[0]!.y.unit, false] : ["", true];
  const names = drawn.map(({ name, points }) => named ? `${name}, ${points[0]?.y.unit}` : name);
  const bottom = MARGIN.top + LINES_HEIGHT;
  const across = axisOf(all.map(({ x }) => x), {
    ...{ log: true, from: AXIS_LEFT, to: WIDTH - MARGIN.right },
  });
  const up = axisOf(all.map(({ y }) => y), { log: true, from: bottom, to: MARGIN.top + 10 });
  const parts = [
    ...across.ticks.map((tick) => verticalLine(across.at(tick), MARGIN.top, bottom)),
    ...across.ticks.map((tick) =>
      text(tickText(tick, all[0]?.x.unit ?? ""), {
        ...{ x: across.at(tick), y: bottom + 18, anchor: "middle" },
      })
    ),
    ...up.ticks.map((tick) =>
      `<line class="grid" x1="${AXIS_LEFT}" x2="${WIDTH - MARGIN.right}" y1="${n(up.at(tick))}" ` +
      `y2="${n(up.at(tick))}"/>` +
      text(tickText(tick, unit), { x: AXIS_LEFT - 8, y: up.at(tick) + 4, anchor: "end" })
    ),
    ...drawn.map(({ points }, column) => {
      const places = points.map(({ x, y }) => [n(across.at(x.median)), n(up.at(y.median))]);
      const dots = places.map(([x, y]) =>
        `<circle class="${colour(column)}" cx="${x}" cy="${y}" r="3.5"/>`
      );
      const path = places.map((place) => place.join(",")).join(" ");
      return `<polyline class="${colour(column)} line" points="${path}"/>${dots.join("")}`;
    }),
  ];
  return svg(table, {
    names,
    height: bottom + MARGIN.bottom,
    parts,
  });
}

interface Drawn {
  readonly names: readonly string[];
  readonly height: number;
  readonly parts: readonly string[];
}

function svg(table: Table, { names, height, parts }: Drawn): string {
  const { log, kind } = table.plot!;
  const scale = log === true || kind === "lines" ? " (logarithmic)" : "";
  let x = 16;
  const legend = names.map((name, column) => {
    const entry = `<rect class="${colour(column)}" x="${x}" y="38" width="10" height="10"/>` +
      text(name, { x: x + 15, y: 47 });
    x += 34 + LETTER * name.length;
    return entry;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${n(height)}" ` +
    `width="${WIDTH}" height="${n(height)}" role="img">`,
    `<title>${escape(table.title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${n(height - 1)}" rx="6"/>`,
    text(table.title + scale, { x: 16, y: 24, class: "title" }),
    ...legend,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function grid(axis: Axis, unit: string, bottom: number): string {
  return axis.ticks.map((tick) =>
    verticalLine(axis.at(tick), MARGIN.top, bottom) +
    text(tickText(tick, unit), { x: axis.at(tick), y: bottom + 18, anchor: "middle" })
  ).join("\n");
}

/** Round numbers want no digits behind the point. */
function tickText(tick: number, unit: string): string {
  return readable(tick, unit).replace(/\.0+(?= |$)/, "");
}

function columnsOf(table: Table): { readonly name: string; readonly at: number }[] {
  return table.plot!.columns.map((name) => ({ name, at: columnAt(table, name) }));
}

function columnAt({ title, columns }: Table, name: string): number {
  const at = columns.findIndex((column) => column.name === name);
  if (at < 0) throw new Error(`Cannot draw "${title}": it has no column "${name}"`);
  return at;
}

function figureOf(cell: Cell | undefined): Figure | undefined {
  return typeof cell === "object" && cell !== null ? cell : undefined;
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor?: "end" | "middle";
  readonly class?: string;
}

function text(said: string, { x, y, anchor, class: name }: TextPlace): string {
  const more = (anchor === undefined ? "" : ` text-anchor="${anchor}"`) +
    (name === undefined ? "" : ` class="${name}"`);
  return `<text x="${n(x)}" y="${n(y)}"${more}>${escape(said)}</text>`;
}

function verticalLine(x: number, top: number, bottom: number): string {
  return `<line class="grid" x1="${n(x)}" x2="${n(x)}" y1="${top}" y2="${n(bottom)}"/>`;
}

function colour(column: number): string {
  return `c${column % COLOURS}`;
}

function escape(said: string): string {
  return said.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Short, and the same on every machine. */
function n(value: number): string {
  return Number(value.toFixed(1)).toString();
}
