// A receiver with state is asked to stop under load, again and again: what it has answered for
// is there after the restart.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Receiver } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { PushLoad } from "./push_load.ts";
import { IS_LONG, scenario } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";

const STOPS = IS_LONG ? 100 : 4;
const TARGETS = 40;
const MAX_LIFE_MS = IS_LONG ? 2_500 : 800;
const MAX_STOP_S = 10;

scenario({
  name: "sigterm-under-load",
  breaks: "SIGTERM stops a receiver with state under load, again and again",
  holds: "status 0 within ten seconds; every push answered 204 is served after the restart",
  ci: true,
}, async (seen) => {
  await using folder = await TempDir.make();
  const args = ["--state-dir", join(folder.path, "state")];
  const load = new PushLoad(TARGETS);
  let answered = 0;
  let late = 0;
  let longestS = 0;
  let floor = load.newest();
  for (let stop = 0; stop < STOPS; stop++) {
    await using receiver = await Receiver.start({ args });
    await load.check(receiver, floor);
    for (const times of load.takenMs) times.length = 0;
    load.start(receiver);
    await waitFor(() => assert(load.taken > 0), { timeoutMs: 15_000, what: "a push" });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_LIFE_MS));
    const before = load.taken;
    const sinceStop = stopwatch();
    const { code } = await receiver.process.end("SIGTERM", { timeoutMs: 2 * MAX_STOP_S * 1000 });
    longestS = Math.max(longestS, sinceStop());
    await load.stop();
    assertEquals(code, 0, receiver.process.output);
    late += load.taken - before;
    answered += load.taken;
    floor = load.newest();
  }
  await using receiver = await Receiver.start({ args });
  await load.check(receiver, floor);
  seen("stops", STOPS);
  seen("pushes answered 204", answered);
  seen("of them after SIGTERM", late);
  seen("lost", 0);
  seen("longest stop", longestS, "s");
  assert(longestS < MAX_STOP_S, `a stop took ${longestS} s`);
});
