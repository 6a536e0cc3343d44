// A thousand piped targets, which a real Prometheus finds by the receiver's list alone.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { freePort } from "./free_port.ts";
import { type Labels, Prometheus } from "./prometheus.ts";
import { newToken, Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const COUNT = 1_000;
const TIMEOUT_MS = 90_000;

const SIGNALS: readonly Deno.Signal[] = Deno.env.get("PROMPIPE_TEST_FULL") === "1"
  ? ["SIGKILL", "SIGTERM"]
  : ["SIGKILL"];

const TARGETS = Array.from({ length: COUNT }, (_, index) => ({
  job: `job-${index % 10}`,
  instance: `host-${index}:9100`,
  site: `site ${index % 7} "ü"`,
}));

testWithParts(
  "Prometheus finds 1,000 piped targets with their labels, and a receiver restarted under it drops none",
  ["prometheus"],
  async ({ prometheus: part }) => {
    await using exporter = FakeExporter.start(() => gauge(1));
    const options = {
      token: newToken(),
      pushPort: freePort(),
      scrapePort: freePort(),
      // Longer than the sender needs to push everything again.
      args: ["--sd-warmup", "12s"],
    };
    let receiver = await Receiver.start({ ...options, args: ["--sd-warmup", "1ms"] });
    try {
      await using _sender = await Sender.start({
        bearer_token: options.token,
        interval: "5s",
        pairs: TARGETS.map(({ job, instance, site }) => ({
          source: exporter.url,
          destination: receiver.destination(`/metrics/${job}/${instance}`),
          labels: { site },
        })),
      });
      await waitForList(receiver);
      const url = `http://127.0.0.1:${options.scrapePort}/sd`;
      // As examples/prometheus.yml has it, but for a list that is asked for more often.
      const config = {
        scrape_interval: "5s",
        http_sd_configs: [{ url, refresh_interval: "1s" }],
      };
      await using prometheus = await Prometheus.start(part, [{ job: "prompipe", config }]);
      const expected = TARGETS.map(named).sort();
      await waitFor(async () => assertEquals(await up(prometheus), expected), {
        timeoutMs: TIMEOUT_MS,
        what: "1,000 targets up, each with its job, instance and labels",
      });

      for (const signal of SIGNALS) {
        await receiver.process.end(signal);
        receiver = await Receiver.start(options);
        assertEquals((await receiver.scrape("/sd")).status, 503);
        let dropped = false;
        await waitFor(async () => {
          dropped ||= (await known(prometheus)).length < COUNT;
          assertEquals((await receiver.scrape("/sd")).status, 200);
        }, { timeoutMs: TIMEOUT_MS, what: "the list after the restart" });
        // One more target tells that Prometheus has read the new list.
        await receiver.push(`/metrics/canary/${signal}`, "x 1\n");
        await waitFor(async () => {
          const { length } = await known(prometheus);
          dropped ||= length < COUNT;
          assert((await prometheus.query(`up{instance="${signal}"}`)).length > 0, "the old list");
        }, { timeoutMs: TIMEOUT_MS, what: "Prometheus to read the new list" });
        assert(!dropped, "Prometheus dropped targets meanwhile");
        assertEquals(await known(prometheus), expected);
        await waitFor(async () => {
          assertEquals(await up(prometheus), expected);
        }, { timeoutMs: TIMEOUT_MS, what: "all of them up again" });
      }
    } finally {
      await receiver[Symbol.asyncDispose]();
    }
  },
);

/** Until every target has been pushed. */
async function waitForList(receiver: Receiver): Promise<void> {
  await waitFor(async () => {
    const { status, text } = await receiver.scrape("/sd");
    assertEquals([status, status === 200 ? JSON.parse(text).length : 0], [200, COUNT]);
  }, { timeoutMs: TIMEOUT_MS, what: "a list of all targets" });
}

/** Every piped target that Prometheus scrapes, up or not. */
async function known(prometheus: Prometheus): Promise<string[]> {
  return piped((await prometheus.targets()).map(({ labels }) => labels));
}

/** Every piped target that is up. */
async function up(prometheus: Prometheus): Promise<string[]> {
  return piped((await prometheus.query("up == 1")).map(({ labels }) => labels));
}

function piped(found: readonly Labels[]): string[] {
  return found.filter(({ job }) => job !== "canary").map(named).sort();
}

function named({ job, instance, site }: Labels): string {
  return JSON.stringify([job, instance, site]);
}
