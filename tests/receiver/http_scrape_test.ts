import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { HttpScrape } from "../../receiver/http_scrape.ts";
import { rawRequest } from "../fakes/raw_request.ts";

Deno.test("HttpScrape says how a request wants to be answered", () => {
  const cases = [
    ["/metrics/a/b", {}, "", undefined, ""],
    [
      "/metrics/a/b?module=x&target=http%3A%2F%2Fy",
      {},
      "",
      undefined,
      "module=x&target=http%3A%2F%2Fy",
    ],
    ["/metrics/a/b?job=1", {}, "", undefined, "job=1"],
    ["/target?job=a%2Fb&instance=c&module=x", {}, "", undefined, "module=x"],
    ["/metrics/a/b", { "Accept": "a/b" }, "a/b", undefined, ""],
    ["/metrics/a/b", { "X-Prometheus-Scrape-Timeout-Seconds": "4.5" }, "", 4_500, ""],
    ["/metrics/a/b", { "X-Prometheus-Scrape-Timeout-Seconds": "0" }, "", undefined, ""],
    ["/metrics/a/b", { "X-Prometheus-Scrape-Timeout-Seconds": "-1" }, "", undefined, ""],
    ["/metrics/a/b", { "X-Prometheus-Scrape-Timeout-Seconds": "1e9" }, "", undefined, ""],
  ] as const;
  for (const [path, headers, accept, timeoutMs, params] of cases) {
    const scrape = new HttpScrape(rawRequest(path, { headers }));
    assertEquals([scrape.accept, scrape.timeoutMs, scrape.params], [accept, timeoutMs, params]);
  }
});

Deno.test("HttpScrape takes a time that counts, or none", () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789.e+- ") }),
    fc.double({ min: 0, max: 1e7 }).map(String),
  );
  fc.assert(fc.property(value, (value) => {
    const headers = { "X-Prometheus-Scrape-Timeout-Seconds": value };
    const { timeoutMs } = new HttpScrape(rawRequest("/", { headers }));
    if (timeoutMs === undefined) return;
    assertEquals(timeoutMs, Number(value) * 1000);
    assertEquals(timeoutMs > 0 && timeoutMs < 1e9, true);
  }));
});
