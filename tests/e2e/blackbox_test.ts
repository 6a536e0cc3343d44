// examples/blackbox/ as it stands there, but for the addresses: a real Prometheus probes what only
// the sender reaches.

import { assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import { FakeExporter } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { BlackboxExporter } from "./blackbox_exporter.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const SOON_MS = 30_000;

/** An example's text with some of it replaced; all of that must be there. */
async function example(name: string, replace: Readonly<Record<string, string>>): Promise<string> {
  let text = await Deno.readTextFile(new URL(`../../examples/blackbox/${name}`, import.meta.url));
  for (const [before, after] of Object.entries(replace)) {
    assertMatch(text, new RegExp(before));
    text = text.replaceAll(before, after);
  }
  return text;
}

testWithParts(
  "Prometheus probes two targets through one pair of examples/blackbox, and no others",
  ["prometheus", "blackbox-exporter"],
  async (parts) => {
    await using fine = FakeExporter.start(() => new Response("fine"));
    await using broken = FakeExporter.start(() => new Response("broken", { status: 500 }));
    await using blackbox = await BlackboxExporter.start(parts["blackbox-exporter"]);
    await using receiver = await Receiver.start({ args: ["--sd-warmup", "1ms"] });
    const scrapeAddress = `127.0.0.1:${receiver.scrapePort}`;
    const config = JSON.parse(
      await example("sender.json", {
        "127.0.0.1:9115": blackbox.address,
        "wss://promremotereceiver.example.com": `ws://127.0.0.1:${receiver.pushPort}`,
        "bearer_token_file": "bearer_token",
        '"token"': JSON.stringify(receiver.token),
      }),
    );
    await using _sender = await Sender.start(config);
    const { scrape_configs: jobs } = parse(
      await example("prometheus.yml", {
        "127.0.0.1:9090": scrapeAddress,
        "http://192.168.1.1/": fine.url,
        "http://192.168.1.20:8123/": broken.url,
      }),
    ) as { scrape_configs: { job_name: string }[] };
    await using prometheus = await Prometheus.start(
      parts.prometheus,
      jobs.map((config) => ({ job: config.job_name, config })),
    );
    const byInstance = async (query: string) =>
      (await prometheus.query(query)).map(({ labels, value }) => [labels.instance, value])
        .toSorted();
    await waitFor(async () => {
      const up = await byInstance("up");
      assertEquals(up, [[fine.url, "1"], [broken.url, "1"]].toSorted());
      const success = await byInstance("probe_success");
      assertEquals(success, [[fine.url, "1"], [broken.url, "0"]].toSorted());
      const status = await byInstance("probe_http_status_code");
      assertEquals(status, [[fine.url, "200"], [broken.url, "500"]].toSorted());
    }, { timeoutMs: SOON_MS, what: "two probes" });

    // The exporter would tell how it got there.
    const refused = await receiver.scrape(`/metrics/blackbox/home?target=${fine.url}&debug=true`);
    assertEquals(refused.status, 400);
    assertMatch(refused.text, /^parameter "debug" is not allowed: /);
  },
);
