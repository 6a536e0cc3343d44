// What a part of the bench is, and what it gives back.

import type { Program } from "./program.ts";

export interface Part {
  /** As it is chosen on the command line. */
  readonly name: string;
  /** One sentence. */
  readonly what: string;
  run(scale: Scale): Promise<Result>;
}

/** How much is run, and with what. */
export interface Scale {
  /** For its sanity alone: as little as shows that it works. */
  readonly quick: boolean;
  /** How often every figure is taken; those who are compared take turns. */
  readonly rounds: number;
  /** prompipe as it is measured. */
  readonly program: Program;
  /** Says how far it is. */
  tell(line: string): void;
}

export interface Result {
  /** The part's name. */
  readonly part: string;
  readonly title: string;
  /** How it was taken, limits that were met, what was left out and why: Markdown, a sentence each. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
}

export interface Table {
  readonly title: string;
  /** Of the cells; the column of the labels has no name. */
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly plot?: PlotSpec;
}

export interface Column {
  readonly name: string;
  /** Of all its figures; stands in the head, and not in every cell. */
  readonly unit?: string;
}

export interface Row {
  readonly label: string;
  /** One a column; null where there is nothing to tell. */
  readonly cells: readonly Cell[];
}

export type Cell = Figure | string | null;

/** What was measured, over all rounds. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** "B" is written as KiB and MiB, "s" as µs and ms where that reads better; others as they are. */
  readonly unit: string;
}

/** A drawing of a table; cells that are no figures are left out. */
export type PlotSpec =
  & {
    /** The file's name without its ending, such as "receiver-put". */
    readonly name: string;
    /** Names of the columns that are drawn; a colour each. */
    readonly columns: readonly string[];
    /** Of the values' axis; lines have both axes logarithmic anyway. */
    readonly log?: boolean;
  }
  & (
    /** A group of bars a row, under the row's label. */
    | { readonly kind: "bars" }
    /** A line a column, over the figures of the column named so. */
    | { readonly kind: "lines"; readonly x: string }
  );
