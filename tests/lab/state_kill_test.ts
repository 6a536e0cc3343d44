// A receiver that is killed under load comes back with what it had: 8 times, or in its long form
// 200, held to two seconds.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Receiver } from "../e2e/prompipe.ts";
import { PushLoad } from "./push_load.ts";
import { waitForPasses } from "./state_passes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { IS_LONG, scenario } from "./scenario.ts";

const KILLS = IS_LONG ? 200 : 8;
const TARGETS = 40;
const MAX_LIFE_MS = IS_LONG ? 3_500 : 800;
const MAX_LOSS_MS = 2_000;

scenario({
  name: "receiver-with-state-killed",
  breaks: "a receiver with state is killed again and again under load",
  holds: "whole bodies only, none older than what was on the disk, at most two seconds lost",
  ci: true,
}, async (seen) => {
  await using folder = await TempDir.make();
  const args = ["--state-dir", join(folder.path, "state")];
  const load = new PushLoad(TARGETS);
  let floor = [...load.kept];
  let killedAtMs = 0;
  let worstLossMs = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await using receiver = await Receiver.start({ args });
    await load.check(receiver, floor);
    worstLossMs = Math.max(worstLossMs, lossMs(load, killedAtMs));
    for (const times of load.takenMs) times.length = 0;
    if (kill > 1) {
      assertEquals((await receiver.scrape("/sd")).status, 200, "it knows its targets at once");
    }

    load.start(receiver);
    floor = [...load.kept];
    if (kill % 2 === 0) {
      floor = await keptByNow(load, receiver);
    } else {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_LIFE_MS));
    }
    killedAtMs = performance.now();
    await receiver.process.end("SIGKILL");
    await load.stop();
  }
  seen("kills", KILLS);
  seen("oldest push lost", worstLossMs / 1000, "s old");
  if (IS_LONG) assert(worstLossMs <= MAX_LOSS_MS, `${worstLossMs} ms were lost`);
});

/** What must be there after a kill that comes now. */
async function keptByNow(load: PushLoad, receiver: Receiver): Promise<number[]> {
  await waitFor(() => assert(load.taken > 2 * TARGETS), {
    timeoutMs: 30_000,
    what: "pushes of all targets",
  });
  const taken = load.newest();
  await waitForPasses(receiver);
  return taken;
}

/** How old the oldest push was that the last kill took away. */
function lossMs(load: PushLoad, killedAtMs: number): number {
  const lost = load.takenMs.flatMap((times, target) =>
    times.filter((_, number) => number > load.kept[target]!)
  );
  return lost.reduce((worst, takenMs) => Math.max(worst, killedAtMs - takenMs), 0);
}
