// A very large source beside small ones, which don't notice. 100,000 series;
// in its long form half a million, and the preset interval.

import { assert } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, startPrompipe } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { peakMib } from "./proc.ts";
import { IS_LONG, noLinux, scenario } from "./scenario.ts";

const SERIES = IS_LONG ? 500_000 : 100_000;
const LARGE_PASSES = IS_LONG ? 10 : 3;
const INTERVAL_MS = IS_LONG ? 4_000 : 2_000;
const SMALL = Array.from({ length: 20 }, (_, i) => `/metrics/small/${i}`);
const LARGE = "/metrics/large/0";

scenario({
  name: "source-very-large",
  breaks: "one source is very large, beside twenty small ones of the same sender",
  holds: "the others keep their interval: no gap of more than half of it again",
  unless: noLinux,
  ci: true,
}, async (seen) => {
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
  let memoryMib = 0;
  await waitFor(() => {
    memoryMib = peakMib(sender.pid);
    const passes = receiver.pushesMs(LARGE).length;
    assert(passes >= LARGE_PASSES, `${passes} passes of the large source`);
  }, { timeoutMs: 10 * LARGE_PASSES * INTERVAL_MS, what: "the large source" });
  const gaps = SMALL.map((path) => largestGapMs(receiver.pushesMs(path)));
  seen("its body", body.length / 2 ** 20, `MiB, ${SERIES.toLocaleString("en")} series`);
  seen("the others' largest gap", Math.max(...gaps) / 1000, `of ${INTERVAL_MS / 1000} s`);
  seen("its own", largestGapMs(receiver.pushesMs(LARGE)) / 1000, "s");
  seen("peak of memory", memoryMib, "MiB");
  assert(Math.max(...gaps) < 1.5 * INTERVAL_MS, gaps.map(Math.round).join(" "));
});

function largestGapMs(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}
