// What Prometheus itself makes of the bodies that the linter is held against.

import { assertEquals } from "@std/assert";
import { lint } from "../../sender/exposition/lint.ts";
import { testWithParts } from "../parts.ts";
import { CORPUS, type ExpositionCase } from "../sender/exposition_corpus/mod.ts";
import { Prometheus } from "./prometheus.ts";
import { waitFor } from "./wait_for.ts";

const TIMEOUT_MS = 60_000;

/** Serves each body at its index. */
function serve(cases: readonly ExpositionCase[]) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { body, contentType } = cases[Number(new URL(request.url).pathname.slice(1))]!;
    return new Response(
      body,
      contentType === undefined ? {} : {
        headers: { "Content-Type": contentType },
      },
    );
  });
  return {
    address: `127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

testWithParts(
  "sender check's linter and Prometheus agree on every body of the corpus",
  ["prometheus"],
  async (parts) => {
    await using exporter = serve(CORPUS);
    const targets = CORPUS.map((_, index) => ({
      targets: [exporter.address],
      labels: { __metrics_path__: `/${index}`, instance: String(index) },
    }));
    await using prometheus = await Prometheus.start(parts.prometheus, [
      {
        job: "corpus",
        config: { static_configs: targets, scrape_interval: "3s", scrape_timeout: "3s" },
      },
    ]);
    const answers = await waitFor(async () => {
      const found = (await prometheus.health()).filter(({ health, lastError }) =>
        health !== "unknown" && !lastError.includes("deadline exceeded")
      );
      assertEquals(found.length, CORPUS.length);
      return found;
    }, { timeoutMs: TIMEOUT_MS, what: "a scrape of every body" });

    const differ = [];
    for (const { labels, health, lastError } of answers) {
      const { name, body, contentType, refusedAt } = CORPUS[Number(labels.instance)]!;
      const { refusedBy, findings } = await lint(body, { contentType, nowMs: Date.now() });
      const ours = refusedBy.has("all") || refusedBy.has("before 3.0") ? "down" : "up";
      const expected = refusedAt === undefined ? "up" : "down";
      if (health !== ours || health !== expected) {
        differ.push({ name, health, lastError, expected, ours, findings });
      }
    }
    assertEquals(differ, []);
  },
);
