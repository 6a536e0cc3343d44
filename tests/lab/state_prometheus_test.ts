// A real Prometheus, before which receivers come and go.

import { assertEquals } from "@std/assert";
import { freePort } from "../e2e/free_port.ts";
import { Prometheus } from "../e2e/prometheus.ts";
import { newToken, Receiver } from "../e2e/prompipe.ts";
import { waitForPasses } from "./state_passes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { scenario } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";

const LIVE = "/metrics/fooservice/live";
const SILENT = "/metrics/fooservice/silent";

scenario({
  name: "receiver-restarts-before-prometheus",
  breaks: "a receiver with state is killed and stopped, while Prometheus asks for its targets",
  holds: "it lists all at once; the silent one stays known and down, the live one up",
  needs: ["prometheus"],
  ci: true,
}, async (seen, { prometheus: part }) => {
  await using folder = await TempDir.make();
  const options = {
    token: newToken(),
    scrapePort: freePort(),
    args: ["--state-dir", folder.path],
  };
  let receiver = await Receiver.start(options);
  const push = (path: string, ttl: string) =>
    receiver.push(path, "pushed 1\n", { "Prompipe-Ttl": ttl });
  try {
    await push(LIVE, "600");
    await push(SILENT, "1");
    await waitForPasses(receiver);
    await receiver.process.end("SIGKILL");
    receiver = await Receiver.start(options);
    const discoveryUrl = `http://127.0.0.1:${receiver.scrapePort}/sd`;
    await using prometheus = await Prometheus.start(part, [{ job: "prompipe", discoveryUrl }]);
    await waitFor(() => seenAs(prometheus, { live: "1", silent: "0" }), {
      timeoutMs: 30_000,
      what: "the list of the first restart",
    });

    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await receiver.process.end(signal);
      receiver = await Receiver.start(options);
      const sinceStart = stopwatch();
      const { status, text } = await receiver.scrape("/sd");
      assertEquals([status, JSON.parse(text).length], [200, 2]);
      // It lists both, and gave each of them a scrape.
      await waitFor(async () => {
        const { text } = await receiver.scrape("/metrics");
        for (const state of ["up", "silent"]) {
          const line = `prompipe_receiver_scrapes_total{state="${state}"} 0`;
          assertEquals(text.includes(`${line}\n`), false, "not scraped yet");
        }
      }, { timeoutMs: 30_000, what: "scrapes after the restart" });
      await waitFor(() => seenAs(prometheus, { live: "1", silent: "0" }), {
        timeoutMs: 30_000,
        what: "both targets as they were",
      });
      seen(`after ${signal} both as before within`, sinceStart(), "s");
    }
  } finally {
    await receiver[Symbol.asyncDispose]();
  }
});

async function seenAs(prometheus: Prometheus, expected: Record<string, string>): Promise<void> {
  const seen = (await prometheus.query("up")).map(({ labels, value }) => [labels.instance, value]);
  assertEquals(Object.fromEntries(seen), expected);
}
