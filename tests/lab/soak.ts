// What a soak has to show: memory that does not grow any more, and no file that stays open.

import { assert } from "@std/assert";
import { TUNINGS } from "../../build/tuning.ts";
import { residentMib } from "./proc.ts";
import { IS_LONG, type Seen } from "./scenario.ts";
import type { SoakSample } from "./soak_load.ts";

const WARM_UP_HOURS = 6;
/** Of what follows. */
const HALF_HOURS = 9;
/** In MiB an hour. */
const MAX_SLOPE = 1;
/** Of the short form, where there is no slope to speak of yet. */
const MAX_GROWTH_MIB = 80;
/** Of what was open before: connections come and go. */
const MAX_FILES = 1.25;

/** For what is forgotten to be swept, and collected. */
const REST_MS = 45_000;

/** A command that runs the one behind it with the flags of what users install. */
export function asInstalled(command: "receiver" | "sender"): readonly string[] {
  return ["env", `DENO_V8_FLAGS=${TUNINGS.byCommand[command]!.v8.join(",")}`];
}

/** Notes the figures of the samples, in their order, and fails where they grow. */
export async function judgeSoak(
  samples: readonly SoakSample[],
  { seen, pid, beforeMib }: {
    readonly seen: Seen;
    readonly pid: number;
    readonly beforeMib: number;
  },
): Promise<void> {
  const warm = samples.filter(({ hour }) => hour >= WARM_UP_HOURS);
  const slope = slopeOf(lowestAnHour(warm));
  const last = samples.at(-1)!;
  const early = mostFiles(warm.filter(({ hour }) => hour < WARM_UP_HOURS + HALF_HOURS));
  const late = mostFiles(warm.filter(({ hour }) => hour >= WARM_UP_HOURS + HALF_HOURS));
  seen("memory at the start", beforeMib, "MiB");
  seen("after the warm-up", warm[0]!.residentMib, "MiB");
  seen("at the end", last.residentMib, "MiB");
  seen("slope", slope, "MiB an hour");
  seen("most files open", `${early}, then ${late}`);
  if (!IS_LONG) {
    const growth = last.residentMib - beforeMib;
    return assert(growth < MAX_GROWTH_MIB, `memory grew by ${growth} MiB`);
  }
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  seen("at rest", residentMib(pid), `MiB ${REST_MS / 1000} s later`);
  assert(slope < MAX_SLOPE, `memory grows by ${slope} MiB an hour`);
  assert(late <= early * MAX_FILES, `files open: ${early}, then ${late}`);
}

function mostFiles(samples: readonly SoakSample[]): number {
  return Math.max(...samples.map(({ files }) => files));
}

/** The least of each hour: what is only waiting to be collected isn't growth. */
function lowestAnHour(samples: readonly SoakSample[]): [hour: number, mib: number][] {
  const lowest = new Map<number, number>();
  for (const { hour, residentMib } of samples) {
    const which = Math.floor(hour);
    lowest.set(which, Math.min(lowest.get(which) ?? Infinity, residentMib));
  }
  return [...lowest];
}

/** Of the line with the least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
