// Results as Markdown.

import type { Cell, Result, Table } from "./part.ts";
import { digits, readable } from "./units.ts";

/** The tables of a part and how they were taken; `plots` stands before each drawing's file. */
export function markdown(result: Result, plots?: string): string {
  const tables = result.tables.map((table) => {
    const drawing = table.plot === undefined || plots === undefined
      ? []
      : [`![${table.title}](${plots}${table.plot.name}.svg)`, ""];
    return [`**${table.title}**`, "", ...drawing, markdownTable(table), ""].join("\n");
  });
  return [...tables, ...result.notes.map((note) => `- ${note}`), ""].join("\n");
}

/** As `deno fmt` leaves it. */
export function markdownTable({ columns, rows }: Table): string {
  const head = columns.map(({ name, unit }) => unit === undefined ? name : `${name}, ${unit}`);
  const lines = [
    ["", ...head],
    ...rows.map(({ label, cells }) => [
      label,
      ...columns.map(({ unit }, at) => cellText(cells[at] ?? null, unit)),
    ]),
  ];
  const widths = lines[0]!.map((_, at) => Math.max(3, ...lines.map((line) => line[at]!.length)));
  const text = (line: readonly string[]) =>
    `| ${line.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [text(lines[0]!), rule, ...lines.slice(1).map(text)].join("\n");
}

/** The median, and where the rounds differ, from where to where they do. */
function cellText(cell: Cell, columnUnit: string | undefined): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell.replaceAll("|", "\\|");
  const write = (value: number) =>
    columnUnit === undefined ? readable(value, cell.unit) : digits(value);
  const [median, min, max] = [cell.median, cell.min, cell.max].map(write);
  return min === max ? median! : `${median} (${min}…${max})`;
}
