// What many node exporters would say: two scrapes of a real one, carried on for each of
// them, so that every body is its own and a tenth of its lines is new each time.

import { NodeExporter } from "../tests/e2e/node_exporter.ts";
import type { Part } from "../tests/parts.ts";

export const NODE_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Two scrapes, the interval of a sender apart. */
export interface Scrapes {
  readonly first: string;
  readonly second: string;
}

/** Takes them of a real node exporter. */
export async function takeScrapes(part: Part, gapMs: number): Promise<Scrapes> {
  await using exporter = await NodeExporter.start(part);
  const scrape = async () => await (await fetch(exporter.url)).text();
  await scrape(); // says little of itself yet
  const first = await scrape();
  await new Promise((go) => setTimeout(go, gapMs));
  return { first, second: await scrape() };
}

/** Text as it is, or a number: of the first scrape, and what it grew by until the second. */
type Piece = string | { readonly value: number; readonly step: number };

/** Writes bodies. */
export class NodeBodies {
  readonly #pieces: readonly Piece[];

  constructor({ first, second }: Scrapes) {
    const later = new Map(lines(second).map((line) => splitLine(line)));
    this.#pieces = lines(first).flatMap((line) => {
      const [series, value] = splitLine(line);
      const next = later.get(series);
      const number = Number(value);
      // What is 0 or 1 says yes or no, or that nothing of it happened.
      if (series.startsWith("#") || !Number.isFinite(number) || number === 0 || number === 1) {
        return [`${line}\n`];
      }
      const step = next === undefined || next === value ? 0 : Number(next) - number;
      return [`${series} `, { value: number, step }, "\n"];
    });
  }

  /** What the exporter of this number says when it is asked for the n-th time. */
  text(exporter: number, pass: number): string {
    const own = 1 + exporter / 1_000;
    let text = "";
    for (const piece of this.#pieces) {
      if (typeof piece === "string") text += piece;
      else text += Number((piece.value * own + piece.step * pass).toPrecision(12));
    }
    return text;
  }
}

function lines(text: string): string[] {
  return text.trimEnd().split("\n");
}

function splitLine(line: string): [series: string, value: string] {
  const at = line.lastIndexOf(" ");
  return [line.slice(0, at), line.slice(at + 1)];
}
