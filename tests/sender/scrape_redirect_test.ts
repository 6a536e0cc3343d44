import { assert, assertEquals } from "@std/assert";
import { scrape } from "../../sender/scrape.ts";
import { FakeGet, rawResponse } from "../fakes/get.ts";
import { makeSource } from "../fakes/pair.ts";

const ORIGIN = "http://exporter:9100";

async function scrapeWith(fake: FakeGet) {
  return await scrape({
    source: makeSource(`${ORIGIN}/a/metrics`),
    timeoutMs: 1_000,
    maxBodyBytes: 1_000,
  }, { get: fake.get, userAgent: "test", signal: new AbortController().signal });
}

/** Answers with a redirect until `hops` were followed. */
function redirecting(location: string | undefined, { status = 302, hops = 1 } = {}): FakeGet {
  let left = hops;
  return new FakeGet(() => left-- > 0 ? rawResponse({ status, location }) : rawResponse());
}

Deno.test("scrape() follows a redirect within the origin", async () => {
  const table: [string, string][] = [
    ["/metrics/", "/metrics/"],
    ["metrics/", "/a/metrics/"],
    ["?all=1", "/a/metrics?all=1"],
    ["//exporter:9100/b", "/b"],
    ["http://EXPORTER:9100/b", "/b"],
  ];
  for (const [location, path] of table) {
    for (const status of [301, 302, 303, 307, 308]) {
      const fake = redirecting(location, { status });
      assert((await scrapeWith(fake)).ok, location);
      assertEquals(fake.asked.map(({ url }) => url), [`${ORIGIN}/a/metrics`, ORIGIN + path]);
      assertEquals(fake.asked[1]!.options.headers, fake.asked[0]!.options.headers);
    }
  }
});

Deno.test("scrape() refuses a redirect to another origin, and doesn't ask there", async () => {
  const table: [string, string][] = [
    ["https://exporter:9100/metrics", "https://exporter:9100"],
    ["http://exporter/metrics", "http://exporter"],
    ["//other:9100/metrics", "http://other:9100"],
    ["http://user:word@other/metrics", "http://other"],
    ["file:///etc/passwd", "null"],
    [`http://${"a".repeat(10_000)}/`, `http://${"a".repeat(292)}…`],
  ];
  for (const [location, origin] of table) {
    const fake = redirecting(location);
    assertEquals(await scrapeWith(fake), {
      ok: false,
      failure: {
        cause: "source_invalid",
        detail: `redirected to another origin, ${origin}: make that the source (exporter:9100)`,
      },
    });
    assertEquals(fake.asked.length, 1);
  }
});

Deno.test("scrape() refuses a redirect to nowhere at once", async () => {
  for (const location of [undefined, "", "http://", "http://exporter:99999/"]) {
    const fake = redirecting(location, { hops: Infinity });
    assertEquals(await scrapeWith(fake), {
      ok: false,
      failure: { cause: "source_invalid", detail: "redirected to nowhere (exporter:9100)" },
    }, String(location));
    assertEquals(fake.asked.length, 1);
  }
});

Deno.test("scrape() follows five redirects and no sixth", async () => {
  assert((await scrapeWith(redirecting("/b", { hops: 5 }))).ok);
  const loop = redirecting("/b", { hops: Infinity });
  assertEquals(await scrapeWith(loop), {
    ok: false,
    failure: { cause: "source_invalid", detail: "more than 5 redirects (exporter:9100)" },
  });
  assertEquals(loop.asked.length, 6);
});
