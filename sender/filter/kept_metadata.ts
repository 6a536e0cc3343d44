// Metadata of families, held back until one of the family's series is kept.

import { familyOf, metricsOf } from "../exposition/family.ts";

interface Family {
  type: string;
  held: Uint8Array[];
}

/** The metadata of one body. Names are compared as they stand there. */
export class KeptMetadata {
  readonly #families = new Map<string, Family>();
  readonly #keptFamilies = new Set<string>();

  /**
   * A line of metadata; `type` is that of a TYPE line. Returns the lines to write, which
   * are none while no series of the family is kept.
   */
  add(name: string, line: Uint8Array, type: string | undefined): readonly Uint8Array[] {
    const family = this.#families.get(name) ?? { type: "", held: [] };
    this.#families.set(name, family);
    family.type = type ?? family.type;
    const lines = [...family.held, line];
    const kept = metricsOf(name, family.type).some((metric) =>
      this.#keptFamilies.has(metric) && (metric === name || !this.#families.has(metric))
    );
    family.held = kept ? [] : lines.map((each) => each.slice());
    return kept ? lines : [];
  }

  /** A metric is kept: returns the lines that have to stand before its first series. */
  keep(metric: string): readonly Uint8Array[] {
    const name = familyOf(metric, (each) => this.#families.get(each)?.type);
    this.#keptFamilies.add(name);
    const family = this.#families.get(name);
    const lines = family?.held ?? [];
    if (family !== undefined) family.held = [];
    return lines;
  }
}
