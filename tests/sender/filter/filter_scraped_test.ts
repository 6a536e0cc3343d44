import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { filterScraped } from "../../../sender/filter/filter_scraped.ts";
import type { Scraped } from "../../../sender/report.ts";

const RULES = { keep: [], drop: ["b"] };
const OPTIONS = { maxBodyBytes: 1000, signal: new AbortController().signal };

function said(text: string, overrides: Partial<Scraped> = {}): Scraped {
  return {
    ok: true,
    body: new TextEncoder().encode(text),
    contentType: "text/plain",
    encoding: "identity",
    ...overrides,
  };
}

function packed(text: string): Scraped {
  return said("", { body: new Uint8Array(gzipSync(text)), encoding: "gzip" });
}

Deno.test("filterScraped() keeps the type, and unpacks what came packed", async () => {
  for (const scraped of [said("a 1\nb 2\n"), packed("a 1\nb 2\n")]) {
    const result = await filterScraped(scraped, RULES, OPTIONS);
    assert(result.ok);
    assertEquals(new TextDecoder().decode(result.scraped.body), "a 1\n");
    assertEquals(result.scraped.encoding, "identity");
    assertEquals(result.scraped.contentType, "text/plain");
  }
});

Deno.test("filterScraped() fails with a cause where it can't filter", async () => {
  const protobuf = said("", { contentType: "application/vnd.google.protobuf; encoding=delimited" });
  const cut = said("", { body: packed("a 1\n".repeat(50)).body.slice(0, -9), encoding: "gzip" });
  const noGzip = said("a 1\n", { encoding: "gzip" });
  const line = said("a".repeat(2 * 2 ** 20));
  for (
    const [scraped, options, cause, detail] of [
      [
        protobuf,
        OPTIONS,
        "source_invalid",
        "said protobuf, which keep and drop can't filter: have it say text",
      ],
      [cut, OPTIONS, "source_invalid", "said gzip that is cut or damaged"],
      [noGzip, OPTIONS, "source_invalid", "said gzip that is cut or damaged"],
      [
        packed("a 1\n".repeat(500)),
        OPTIONS,
        "source_too_large",
        "unpacked to more than 1000B (max_body)",
      ],
      [
        line,
        { ...OPTIONS, maxBodyBytes: 2 ** 30 },
        "source_invalid",
        "said a line of more than 1MiB, which keep and drop can't filter",
      ],
    ] as const
  ) {
    assertEquals(await filterScraped(scraped, RULES, options), { ok: false, cause, detail });
  }
});

Deno.test("filterScraped() lets others have their turn, and stops when it is told to", async () => {
  const stop = new AbortController();
  const body = new Uint8Array(200 * 2 ** 20).fill(0x0a);
  const options = { maxBodyBytes: 2 ** 30, signal: stop.signal };
  const filtering = filterScraped(said("", { body }), RULES, options)
    .then(() => "filtered", (error) => error);
  let turns = 0;
  const reason = new Error("stopped");
  const timer = setInterval(() => {
    if (++turns === 3) stop.abort(reason);
  }, 0);
  assertEquals(await filtering, reason);
  clearInterval(timer);
});
