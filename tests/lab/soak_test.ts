// A day and more, accelerated: what stays in memory, and which files stay open. In the short
// form a hundredth of it, which only shows that nothing runs away.

import { assert } from "@std/assert";
import { join } from "@std/path";
import { RunningProcess } from "../e2e/processes.ts";
import { Receiver } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { residentMib } from "./proc.ts";
import { IS_LONG, noLinux, scenario, type Seen } from "./scenario.ts";
import type { SoakResult, SoakSample } from "./soak_load.ts";

const LOAD = join(import.meta.dirname!, "soak_load.ts");
const TARGETS = 20;
/** A push each 4 s, for a day. */
const PUSHES_A_DAY = 21_600;
const PUSHES = IS_LONG ? PUSHES_A_DAY : PUSHES_A_DAY / 100;
/** Targets that come once and go. */
const GUESTS = IS_LONG ? 100_000 : 1_000;
const WARM_UP_HOURS = 6;
const MAX_SLOPE = 1;
/** That come and go: of the state, of a scrape. */
const MAX_FILES = 4;
/** In a minute's load there is no slope to speak of yet. */
const MAX_GROWTH_MIB = 80;

const WAYS = {
  "put": { breaks: "by PUT", kind: "put", hasState: false },
  "put-with-state": { breaks: "by PUT, to a receiver with state", kind: "put", hasState: true },
  "stream": { breaks: "over streams", kind: "stream", hasState: false },
} as const;

for (const [name, { breaks, kind, hasState }] of Object.entries(WAYS)) {
  scenario({
    name: `soak-receiver-${name}`,
    breaks: `a day's pushes of ${TARGETS} targets, and ${GUESTS.toLocaleString("en")} that come ` +
      `and go, ${breaks}`,
    holds: "memory grows by less than 1 MiB an hour of it, no file stays open, all is served",
    unless: noLinux,
    ci: name !== "put",
  }, async (seen) => {
    await using folder = await TempDir.make();
    const state = hasState ? ["--state-dir", join(folder.path, "state")] : [];
    const args = ["--forget-after", "2s", ...state];
    await using receiver = await Receiver.start({ args });
    const { pid } = receiver.process;
    const beforeMib = residentMib(pid);
    const counts = [receiver.pushPort, receiver.scrapePort, pid, TARGETS, PUSHES, GUESTS];
    await using load = new RunningProcess(Deno.execPath(), {
      args: ["run", "--allow-all", LOAD, kind, ...counts.map(String)],
      env: { TOKEN: receiver.token },
    });
    const { success } = await load.status;
    assert(success, load.output);
    const result: SoakResult = JSON.parse(load.output.trim().split("\n").at(-1)!);
    seen("pushes", result.pushes);
    seen("read back", result.reads);
    seen("in", result.seconds, "s");
    judge(result.samples, { seen, beforeMib });
  });
}

function judge(
  samples: readonly SoakSample[],
  { seen, beforeMib }: { readonly seen: Seen; readonly beforeMib: number },
): void {
  const warm = samples.filter(({ hour }) => hour >= WARM_UP_HOURS);
  const slope = slopeOf(lowestAnHour(warm));
  const last = samples.at(-1)!;
  const files = warm.map(({ files }) => files);
  seen("memory at the start", beforeMib, "MiB");
  seen("after the warm-up", warm[0]!.residentMib, "MiB");
  seen("at the end", last.residentMib, "MiB");
  seen("slope", slope, "MiB an hour");
  seen("files open", `${Math.min(...files)} to ${Math.max(...files)}`);
  if (IS_LONG) assert(slope < MAX_SLOPE, `memory grows by ${slope} MiB an hour`);
  const growth = last.residentMib - beforeMib;
  assert(growth < MAX_GROWTH_MIB, `memory grew by ${growth} MiB`);
  assert(Math.max(...files) - Math.min(...files) <= MAX_FILES, `files open: ${files.join(" ")}`);
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
