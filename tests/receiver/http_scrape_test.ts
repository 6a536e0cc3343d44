import { assertEquals } from "@std/assert";
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
