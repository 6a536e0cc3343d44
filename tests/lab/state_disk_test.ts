// The state on a real disk: damaged, full, or read-only. In its long form a receiver is started
// on each damaged state, not on a few.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { loadState } from "../../receiver/state/load.ts";
import type { StateDisk } from "../../receiver/state/mod.ts";
import { scanSegment } from "../../receiver/state/scan.ts";
import { openStateDir } from "../../receiver/state/state_dir.ts";
import { MemoryStore } from "../../receiver/store.ts";
import { newToken, Receiver, startPrompipe } from "../e2e/prompipe.ts";
import { stateMetric, waitForPasses } from "./state_passes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { IS_LONG, noRoot, scenario } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";

const STEP_BYTES = 4096;
const TARGETS = 20;
const STARTS = IS_LONG ? Infinity : 2;
const LIMITS = { maxTargets: 1_000, maxMemoryBytes: 1 << 30, forgetAfterMs: 86_400_000 };

const pathOf = (target: number) => `/metrics/disk/${target}`;
const bodyOf = (target: number) => `x{target="${target}"} 1\n`.repeat(target * 100);

/** The state of a receiver that was killed after its pushes were written: one segment. */
async function killedState(path: string): Promise<{ readonly file: string; bytes: Uint8Array }> {
  await using receiver = await Receiver.start({ args: ["--state-dir", path] });
  for (let target = 0; target < TARGETS; target++) {
    assertEquals(await receiver.push(pathOf(target), bodyOf(target)), 204);
  }
  await waitForPasses(receiver);
  await receiver.process.end("SIGKILL");
  const files = [...Deno.readDirSync(path)].filter(({ name }) => name.endsWith(".log"));
  assertEquals(files.length, 1);
  const file = join(path, files[0]!.name);
  return { file, bytes: await Deno.readFile(file) };
}

function open(path: string): StateDisk {
  const opened = openStateDir(path);
  assert(opened.ok, opened.ok ? "" : opened.reason);
  return opened.disk;
}

/** Where each record ends. */
function recordEnds(path: string): number[] {
  const disk = open(path);
  const [segment] = disk.found;
  const ends = disk.reading(segment!, (reader) => {
    const damage = { damaged: 0, cut: false };
    const records = [...scanSegment(reader, segment!.marker, damage)];
    return records.map(({ bodyAt, bodyBytes }) => bodyAt + bodyBytes + 4);
  });
  disk.close();
  return ends;
}

/** The numbers of the targets that are known from a state, each with what was pushed. */
function intact(path: string): number[] {
  const disk = open(path);
  const store = new MemoryStore(LIMITS, { now: () => 0 });
  loadState(disk, store, { nowMs: 0, wallMs: Date.now() });
  disk.close();
  return [...store.keys()].map((key) => {
    const { target, push: { content } } = store.stored(key)!;
    assert("body" in content);
    const number = Number(target.instance);
    assertEquals(new TextDecoder().decode(content.body), bodyOf(number));
    return number;
  });
}

scenario({
  name: "state-damaged",
  breaks: "a state is cut off, or a byte of it flipped, at every 4,096th byte",
  holds: "every intact record is served, and no other",
  ci: true,
}, async (seen) => {
  await using folder = await TempDir.make();
  const path = join(folder.path, "state");
  const { file, bytes } = await killedState(path);
  const ends = recordEnds(path);
  assertEquals([ends.length, ends.at(-1)], [TARGETS, bytes.length]);
  let starts = 0;
  let checked = 0;
  for (let at = STEP_BYTES; at < bytes.length; at += STEP_BYTES) {
    const flipped = bytes.slice();
    flipped[at]! ^= 0xff;
    const hit = ends.findIndex((end) => at < end);
    for (
      const [damaged, expected] of [
        [bytes.subarray(0, at), ends.keys().filter((index) => ends[index]! <= at)],
        [flipped, ends.keys().filter((index) => index !== hit)],
      ] as const
    ) {
      await Deno.writeFile(file, damaged);
      const known = [...expected];
      assertEquals(intact(path), known, `at ${at}`);
      checked++;
      if (starts >= STARTS) continue;
      starts++;
      await using receiver = await Receiver.start({ args: ["--state-dir", path] });
      for (let target = 0; target < TARGETS; target++) {
        const answer = await receiver.scrape(pathOf(target));
        const is = known.includes(target) ? [200, bodyOf(target)] : [404, answer.text];
        assertEquals([answer.status, answer.text], is, `target ${target} at ${at}`);
      }
      await receiver.process.end("SIGKILL");
      for (const { name } of Deno.readDirSync(path)) {
        if (join(path, name) !== file) await Deno.remove(join(path, name));
      }
    }
  }
  seen("damaged states", checked);
  seen("of them with a receiver started on it", starts);
  assert(checked > 100, `${checked} damaged states`);
});

scenario({
  name: "disk-full",
  breaks: "the disk of a receiver's state is full (ENOSPC), then has room again",
  holds: "pushes are taken and served all the while; the log tells it once, and when it is over",
  unless: noRoot,
  ci: true,
}, async (seen) => {
  await using folder = await TempDir.make();
  const mount = 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"';
  const args = ["--state-dir", folder.path];
  const under = ["unshare", "--mount", "sh", "-c", mount, folder.path];
  await using receiver = await Receiver.start({ args, under });
  assertEquals(await receiver.push(pathOf(1), bodyOf(1)), 204);
  await waitForPasses(receiver);

  // The disk as the receiver sees it.
  const filler = join(`/proc/${receiver.process.pid}/root`, folder.path, "filler");
  await Deno.writeFile(filler, new Uint8Array(256 * 1024)).catch(() => {});
  assertEquals(await receiver.push(pathOf(2), bodyOf(10)), 204);
  await receiver.process.waitForOutput(/state failing.*No space left on device/);
  await waitFor(async () => {
    assert(await stateMetric(receiver, 'writes_total{result="failed"}') >= 2, "not tried again");
  }, { timeoutMs: 30_000, what: "a second try" });
  assertEquals(await receiver.push(pathOf(3), bodyOf(3)), 204);
  for (const [target, body] of [[1, bodyOf(1)], [2, bodyOf(10)], [3, bodyOf(3)]] as const) {
    assertEquals((await receiver.scrape(pathOf(target))).text, body);
  }
  assertEquals(receiver.process.output.match(/state failing/g)?.length, 1);

  await Deno.remove(filler);
  const sinceRoom = stopwatch();
  await receiver.process.waitForOutput(/state recovered/, { timeoutMs: 60_000 });
  seen("in step with the disk again after", sinceRoom(), "s");
  assertEquals((await receiver.process.end("SIGTERM")).code, 0);
});

scenario({
  name: "disk-read-only",
  breaks: "the disk of a receiver's state is read-only (EROFS)",
  holds: "what lies on it is served, pushes are taken, the log tells it; no start on an empty one",
  unless: noRoot,
  ci: true,
}, async (seen) => {
  await using folder = await TempDir.make();
  const path = join(folder.path, "state");
  await killedState(path);
  const mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
  const args = ["--state-dir", path];
  const under = ["unshare", "--mount", "sh", "-c", mount, path];
  await using receiver = await Receiver.start({ args, under });
  assertEquals((await receiver.scrape(pathOf(3))).text, bodyOf(3));
  assertEquals(await receiver.push(pathOf(3), "new 1\n"), 204);
  assertEquals((await receiver.scrape(pathOf(3))).text, "new 1\n");
  const sincePush = stopwatch();
  await receiver.process.waitForOutput(/state failing.*Read-only file system/);
  seen("told after", sincePush(), "s");

  await using empty = await TempDir.make();
  await using refused = startPrompipe(["receiver", "--state-dir", empty.path], {
    BEARER_TOKEN: newToken(),
  }, { under: [...under.slice(0, -1), empty.path] });
  assertEquals((await refused.status).code, 1);
  assertMatch(refused.output, /Cannot use state directory ".*": Read-only file system/);
});
