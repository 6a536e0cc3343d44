// A fault test of the lab: what it breaks, what must hold, and the figures it saw.
//
//   scenario({
//     name: "exporter-hangs",
//     breaks: "an exporter takes questions and never answers",
//     holds: "a 502 that names the timeout, then fresh again",
//     ci: true,
//   }, async (seen) => {
//     …
//     seen("502 after", 2.8, "s");
//   });
//
// `deno task lab` runs them all and prints the figures as a table. `deno task test` runs those
// with `ci`, in their short form; PROMPIPE_TEST_FULL=1 has it run all, in their long form.

import { leaveOut, type Part, part } from "../parts.ts";
import type { PartName } from "../parts/table.ts";
import { type Figure, recordResult } from "./results.ts";

/** Whether a scenario takes its time: as long, and as often, as its figures need. */
export const IS_LONG = Deno.env.has("PROMPIPE_TEST_FULL");

/** For a scenario that mounts, or has a network of its own. */
export const noRoot = (Deno.build.os !== "linux" || Deno.uid() !== 0) && "it has to be root";
/** For one that reads /proc. */
export const noLinux = Deno.build.os !== "linux" && "it reads /proc";

/** What a scenario says of itself. */
export interface Scenario<Name extends PartName = PartName> {
  /** In lower case with hyphens; no other one has it. */
  readonly name: string;
  readonly breaks: string;
  readonly holds: string;
  /** Programs that it runs; it is left out where one is missing. */
  readonly needs?: readonly Name[];
  /** Why it can't run here. */
  readonly unless?: string | false;
  /** Whether CI runs it, in its short form. */
  readonly ci: boolean;
}

/** Notes a figure, for the table. The last one of the same name counts. */
export type Seen = (what: string, value: number | string, unit?: string) => void;

/** Every scenario of the modules that were imported, in their order. */
export const scenarios: Scenario[] = [];

/** Names a scenario. It fails where `run` throws. */
export function scenario<Name extends PartName = never>(
  about: Scenario<Name>,
  run: (seen: Seen, parts: Readonly<Record<Name, Part>>) => Promise<void>,
): void {
  const { name, holds, needs = [], unless, ci } = about;
  if (scenarios.some((each) => each.name === name)) throw new Error(`two scenarios "${name}"`);
  scenarios.push(about);
  if (!ci && !IS_LONG && !Deno.env.has("LAB_RESULTS")) return;

  const test = testName(about);
  const parts: Partial<Record<Name, Part>> = {};
  if (typeof unless === "string") return leaveOut(test, unless);
  for (const need of needs) {
    const found = part(need);
    if ("missing" in found) return leaveOut(test, found.missing);
    parts[need] = found;
  }
  Deno.test(test, async () => {
    const figures = new Map<string, Figure>();
    const startMs = performance.now();
    const end = (fault?: string) => {
      const seconds = (performance.now() - startMs) / 1000;
      const seen = [...figures.values()];
      recordResult({ name, breaks: about.breaks, holds, seen, seconds, fault });
    };
    try {
      await run((what, value, unit = "") => {
        figures.set(what, { what, value, unit });
        console.log(`${name}: ${what} ${value} ${unit}`.trimEnd());
      }, parts as Record<Name, Part>);
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
      throw error;
    }
    end();
  });
}

/** What the test of a scenario is called. */
export function testName({ name, holds }: Scenario): string {
  return `${name}: ${holds}`;
}
