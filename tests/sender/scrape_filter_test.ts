import { assertEquals } from "@std/assert";
import { scrape } from "../../sender/scrape.ts";
import { FakeGet, rawResponse } from "../fakes/get.ts";
import { makeSource } from "../fakes/pair.ts";
import { configOf, faultsOf, fileWith, pairWith } from "./config_file.ts";

Deno.test("scrape() keeps what the source's filter lets pass", async () => {
  const results = [];
  for (const contentType of ["text/plain", "application/vnd.google.protobuf"]) {
    const body = new TextEncoder().encode("a 1\nb 2\n");
    const { get } = new FakeGet(() => rawResponse({ body, contentType }));
    const filter = { keep: ["a"], drop: [] };
    const source = makeSource("http://exporter:9100/metrics", { filter });
    const target = { source, timeoutMs: 1_000, maxBodyBytes: 1_000 };
    const signal = new AbortController().signal;
    const result = await scrape(target, { get, userAgent: "prompipe/test", signal });
    results.push(result.ok ? new TextDecoder().decode(result.body) : result.failure);
  }
  assertEquals(results, ["a 1\n", {
    cause: "source_invalid",
    detail: "said protobuf, which keep and drop can't filter: have it say text (exporter:9100)",
  }]);
});

Deno.test("loadConfig() takes keep and drop of the top, or in their place those of a pair", async () => {
  const config = await configOf(fileWith({
    keep: ["a"],
    drop: ["b", "c"],
    pairs: [
      pairWith({ destination: "https://push/metrics/a/1" }),
      pairWith({ destination: "https://push/metrics/a/2", drop: [] }),
      pairWith({ destination: "https://push/metrics/a/3", keep: [], drop: [] }),
    ],
  }));
  assertEquals(config.pairs.map(({ source }) => source.filter), [
    { keep: ["a"], drop: ["b", "c"] },
    { keep: ["a"], drop: [] },
    undefined,
  ]);
});

Deno.test("loadConfig() names what is wrong with keep and drop", async () => {
  assertEquals(await faultsOf(fileWith({ keep: "a", drop: [7, "a("] })), [
    '"keep" must be a list of regular expressions on metric names, such as ["node_cpu_.*"]; ' +
    'it is "a"',
    '"drop[0]" must be a regular expression; it is 7',
    '"drop[1]" must be a regular expression in RE2\'s syntax; "a(" is none: missing closing )',
  ]);
});
