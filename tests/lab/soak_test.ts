// A day and more, accelerated: what stays in memory, and which files stay open. In the short
// form a hundredth of it, which only shows that nothing runs away.

import { assert } from "@std/assert";
import { join } from "@std/path";
import { RunningProcess } from "../e2e/processes.ts";
import { Receiver } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { residentMib } from "./proc.ts";
import { IS_LONG, noLinux, scenario } from "./scenario.ts";
import { asInstalled, judgeSoak } from "./soak.ts";
import type { SoakResult } from "./soak_load.ts";

const LOAD = join(import.meta.dirname!, "soak_load.ts");
const TARGETS = 20;
/** A push each 4 s, for a day. */
const PUSHES_A_DAY = 21_600;
const PUSHES = IS_LONG ? PUSHES_A_DAY : PUSHES_A_DAY / 100;
/** Targets that come once and go. */
const GUESTS = IS_LONG ? 100_000 : 1_000;

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
    await using receiver = await Receiver.start({ args, under: asInstalled("receiver") });
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
    await judgeSoak(result.samples, { seen, pid, beforeMib });
  });
}
