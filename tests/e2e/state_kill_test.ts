// A receiver that is killed under load comes back with what it had.
//
// PROMPIPE_TEST_FULL=1 kills it 200 times instead of 8, and holds it to two seconds.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Receiver } from "./prompipe.ts";
import { PushLoad } from "./push_load.ts";
import { waitForPasses } from "./state_passes.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const FULL = Deno.env.has("PROMPIPE_TEST_FULL");
const KILLS = FULL ? 200 : 8;
const TARGETS = 40;
const MAX_LIFE_MS = FULL ? 3_500 : 800;
const MAX_LOSS_MS = 2_000;

Deno.test(`a receiver killed ${KILLS} times under load serves what it kept`, async () => {
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
  if (FULL) console.log(`worst loss: ${Math.round(worstLossMs)} ms`);
  if (FULL) assert(worstLossMs <= MAX_LOSS_MS, `${worstLossMs} ms were lost`);
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
