// A real Prometheus finds its targets by the receiver's own list.

import { assertEquals } from "@std/assert";
import { testWithParts } from "../parts.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const TARGETS = [
  { job: "fooservice", instance: "rpi" },
  { job: "a/b", instance: "c/d" },
  { job: "50%2F", instance: 'quote " and <b>ü? #+&;=' },
];

testWithParts(
  "Prometheus finds pushed targets by /sd, with their jobs and instances",
  ["prometheus"],
  async ({ prometheus: part }) => {
    await using receiver = await Receiver.start({ args: ["--sd-warmup", "1ms"] });
    for (const { job, instance } of TARGETS) {
      const path = `/metrics/${encodeURIComponent(job)}/${encodeURIComponent(instance)}`;
      assertEquals(await receiver.push(path, "pushed 1\n"), 204);
    }
    const discoveryUrl = `http://127.0.0.1:${receiver.scrapePort}/sd`;
    await using prometheus = await Prometheus.start(part, [{ job: "prompipe", discoveryUrl }]);

    await waitFor(async () => {
      const up = await prometheus.query("up == 1");
      assertEquals(
        up.map(({ labels }) => [labels.job, labels.instance]).sort(),
        TARGETS.map(({ job, instance }) => [job, instance]).sort(),
      );
      assertEquals((await prometheus.query("pushed")).length, TARGETS.length);
    }, { timeoutMs: 30_000, what: "every target up under its own job and instance" });
  },
);
