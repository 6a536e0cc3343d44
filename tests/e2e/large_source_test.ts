// A very large source beside small ones, which don't notice. By default 100,000 series;
// PROMPIPE_TEST_FULL=1 takes half a million, and the preset interval.

import { assert } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const IS_FULL = Deno.env.has("PROMPIPE_TEST_FULL");
const SERIES = IS_FULL ? 500_000 : 100_000;
const LARGE_PASSES = IS_FULL ? 10 : 3;
const INTERVAL_MS = IS_FULL ? 4_000 : 2_000;
const SMALL = Array.from({ length: 20 }, (_, i) => `/metrics/small/${i}`);
const LARGE = "/metrics/large/0";

Deno.test("a very large source costs the others no interval", async () => {
  const body = new TextEncoder().encode(
    Array.from(
      { length: SERIES },
      (_, i) =>
        `node_filesystem_files_free{device="/dev/sda1",fstype="ext4",mountpoint="/srv/data/${i}",` +
        `host="a-machine"} ${i * 7919}\n`,
    ).join(""),
  );
  await using folder = await TempDir.make();
  await using receiver = new FakeReceiver();
  await using large = FakeExporter.start(() =>
    new Response(body, { headers: { "Content-Type": "text/plain" } })
  );
  await using small = FakeExporter.start(() => gauge(1));
  const pair = (source: FakeExporter, path: string) => ({
    source: source.url,
    destination: receiver.destination(path),
  });
  const config = await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: newToken(),
      interval: `${INTERVAL_MS}ms`,
      max_body: "100MiB",
      pairs: [pair(large, LARGE), ...SMALL.map((path) => pair(small, path))],
    }),
  );
  await using sender = startPrompipe(["sender", "--config", config]);
  let peakBytes = 0;
  await waitFor(() => {
    const status = Deno.readTextFileSync(`/proc/${sender.pid}/status`);
    peakBytes = Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024;
    const passes = receiver.pushesMs(LARGE).length;
    assert(passes >= LARGE_PASSES, `${passes} passes of the large source`);
  }, { timeoutMs: 10 * LARGE_PASSES * INTERVAL_MS, what: "the large source" });
  const gaps = SMALL.map((path) => largestGapMs(receiver.pushesMs(path)));
  console.log(
    `${SERIES} series, ${Math.round(body.length / 2 ** 20)} MiB: the others' largest gap ` +
      `${Math.round(Math.max(...gaps))} of ${INTERVAL_MS} ms, its own ` +
      `${Math.round(largestGapMs(receiver.pushesMs(LARGE)))} ms; ` +
      `at most ${Math.round(peakBytes / 2 ** 20)} MiB resident`,
  );
  assert(Math.max(...gaps) < 1.5 * INTERVAL_MS, gaps.map(Math.round).join(" "));
});

function largestGapMs(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}
