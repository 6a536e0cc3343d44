import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type PushHeaders,
  type ReadPushHeaders,
  readPushHeaders,
  writePushHeaders,
} from "../../protocol/mod.ts";
import { labels } from "./label_arbitraries.ts";

const wholeMs = fc.integer({ min: 1, max: 4_000_000_000_000 });
const push: fc.Arbitrary<PushHeaders> = fc.record({
  ttlMs: fc.option(fc.integer({ min: 1, max: 30 * 86_400_000 }), { nil: undefined }),
  scrapedAtMs: fc.option(wholeMs, { nil: undefined }),
  intervalMs: fc.option(wholeMs, { nil: undefined }),
  labels: fc.option(labels.filter((each) => Object.keys(each).length > 0), { nil: undefined }),
});

Deno.test("readPushHeaders() reads what writePushHeaders() writes", () => {
  fc.assert(
    fc.property(push, (push) => {
      assertEquals(readPushHeaders(new Headers(writePushHeaders(push))), { ok: true, ...push });
    }),
    {
      examples: [[{
        ttlMs: 1_001,
        scrapedAtMs: 1_078_528_231_212,
        intervalMs: 1_001,
        labels: undefined,
      }]],
    },
  );
});

Deno.test("readPushHeaders() keeps the order of times, which decides what is outdated", () => {
  fc.assert(fc.property(wholeMs, (ms) => {
    const [before, after] = [ms, ms + 1].map((scrapedAtMs) => {
      const read = readPushHeaders(new Headers(writePushHeaders({ scrapedAtMs })));
      return read.ok ? read.scrapedAtMs ?? NaN : NaN;
    });
    assertEquals(before! < after!, true);
  }));
});

Deno.test("readPushHeaders() leaves undefined what is not said", () => {
  assertEquals<ReadPushHeaders>(readPushHeaders(new Headers()), {
    ok: true,
    ttlMs: undefined,
    scrapedAtMs: undefined,
    intervalMs: undefined,
    labels: undefined,
  });
});

Deno.test("readPushHeaders() refuses what is no number of seconds, and names the header", () => {
  const wrong = {
    "Prompipe-Ttl": "a number of seconds above 0, up to 30 days of them",
    "Prompipe-Scraped-At": "seconds since 1970",
    "Prompipe-Interval": "a number of seconds",
  };
  for (const [name, right] of Object.entries(wrong)) {
    for (
      const value of [
        "",
        "-1",
        "+1",
        ".5",
        "1.",
        "1e3",
        "0x10",
        "1,5",
        "1, 1",
        "4s",
        "NaN",
        "Infinity",
        "99999999999",
        "1.0000000000",
      ]
    ) {
      const read = readPushHeaders(new Headers({ [name]: value }));
      assertEquals(read, { ok: false, reason: `${name} is not ${right}` }, `${name}: ${value}`);
    }
  }
});

Deno.test("readPushHeaders() refuses a time to live of 0, and only there", () => {
  for (const zero of ["0", "0.0", "0.000000000"]) {
    assertEquals(readPushHeaders(new Headers({ "Prompipe-Ttl": zero })).ok, false);
    assertEquals(readPushHeaders(new Headers({ "Prompipe-Scraped-At": zero })).ok, true);
    assertEquals(readPushHeaders(new Headers({ "Prompipe-Interval": zero })).ok, true);
  }
});

Deno.test("writePushHeaders() writes labels as a query string, and no header for none", () => {
  assertEquals(writePushHeaders({ labels: { site: "home", room: "büro" } }), {
    "Prompipe-Labels": "site=home&room=b%C3%BCro",
  });
  assertEquals(writePushHeaders({ labels: {} }), {});
});

Deno.test("readPushHeaders() says what is wrong with labels after the header's name", () => {
  assertEquals(readPushHeaders(new Headers({ "Prompipe-Labels": "a=1&a=2" })), {
    ok: false,
    reason: 'Prompipe-Labels holds "a" twice',
  });
  const two = new Headers([["Prompipe-Labels", "a=b"], ["Prompipe-Labels", "c=d"]]);
  assertEquals(readPushHeaders(two), { ok: false, reason: "Prompipe-Labels is there twice" });
});
