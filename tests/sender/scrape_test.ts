import { assert, assertEquals } from "@std/assert";
import type { Cause } from "../../protocol/mod.ts";
import { BodyTooLarge, type RawResponse } from "../../sender/http_source.ts";
import { scrape } from "../../sender/scrape.ts";
import { FakeGet, hang, rawResponse } from "../fakes/get.ts";
import { makeSource } from "../fakes/pair.ts";

const TARGET = {
  source: makeSource("http://exporter:9100/metrics?collect=cpu"),
  timeoutMs: 1_500,
  maxBodyBytes: 1_048_576,
};
const USER_AGENT = "prompipe/test";
const NEVER = new AbortController().signal;

async function scrapeWith(fake: FakeGet, signal = NEVER) {
  return await scrape(TARGET, { get: fake.get, userAgent: USER_AGENT, signal });
}

function answering(overrides: Partial<RawResponse>): FakeGet {
  return new FakeGet(() => rawResponse(overrides));
}

function failing(error: unknown): FakeGet {
  return new FakeGet(() => {
    throw error;
  });
}

Deno.test("scrape() asks as Prometheus 3 asks, with the signal and limit it was given", async () => {
  const fake = answering({});
  await scrapeWith(fake);
  assertEquals(fake.asked.length, 1);
  const [{ url, options }] = fake.asked as [typeof fake.asked[number]];
  assertEquals(url, TARGET.source.url.href);
  assert(options.signal === NEVER);
  assertEquals(options.maxBodyBytes, TARGET.maxBodyBytes);
  const { Accept, ...rest } = options.headers;
  assertEquals(Accept?.split(","), [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6",
    "application/openmetrics-text;version=0.0.1;q=0.5",
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4",
    "text/plain;version=0.0.4;q=0.3",
    "*/*;q=0.2",
  ]);
  assertEquals(rest, {
    "Accept-Encoding": "gzip",
    "User-Agent": USER_AGENT,
    "X-Prometheus-Scrape-Timeout-Seconds": "1.5",
  });
});

Deno.test("scrape() sends a source's own headers over those of a scrape, and its TLS", async () => {
  const tls = {
    ca: "x",
    cert: undefined,
    key: undefined,
    serverName: "a",
    insecureSkipVerify: false,
  };
  const headers = { Authorization: "Bearer a", Accept: "text/plain" };
  const source = makeSource("http://localhost/metrics", {
    headers,
    tls,
    socketPath: "/run/x.sock",
  });
  const fake = answering({});
  await scrape({ ...TARGET, source }, { get: fake.get, userAgent: USER_AGENT, signal: NEVER });
  const [{ options }] = fake.asked as [typeof fake.asked[number]];
  assertEquals([options.socketPath, options.tls], ["/run/x.sock", tls]);
  assertEquals([options.headers["Authorization"], options.headers["Accept"]], [
    "Bearer a",
    "text/plain",
  ]);
});

Deno.test("scrape() hands on body, type and encoding as they came", async () => {
  const body = new Uint8Array([0x1f, 0x8b, 0, 255]);
  const table: [Partial<RawResponse>, string | undefined, string][] = [
    [{}, "text/plain; version=0.0.4", "identity"],
    [{ contentEncoding: "identity" }, "text/plain; version=0.0.4", "identity"],
    [{ contentEncoding: "gzip" }, "text/plain; version=0.0.4", "gzip"],
    [{ contentEncoding: "GZIP" }, "text/plain; version=0.0.4", "gzip"],
    [{ contentType: undefined }, undefined, "identity"],
    [{ contentType: "Odd;  type" }, "Odd;  type", "identity"],
  ];
  for (const [answer, contentType, encoding] of table) {
    const result = await scrapeWith(answering({ ...answer, body }));
    assertEquals<unknown>(result, { ok: true, body, contentType, encoding });
    assert(result.ok && result.body === body, "the body was copied");
  }
});

Deno.test("scrape() takes an empty Content-Encoding for none, as Prometheus does", async () => {
  const result = await scrapeWith(answering({ contentEncoding: "" }));
  assert(result.ok, JSON.stringify(result));
  assertEquals(result.encoding, "identity");
});

Deno.test("scrape() says in a word and a line why there is no snapshot", async () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const table: [FakeGet, Cause, string][] = [
    [answering({ status: 204 }), "source_status", "answered 204"],
    [answering({ status: 304 }), "source_status", "answered 304"],
    [answering({ status: 404 }), "source_status", "answered 404"],
    [answering({ status: 500, contentEncoding: "br" }), "source_status", "answered 500"],
    [
      answering({ contentEncoding: "BR" }),
      "source_invalid",
      "answered in an encoding not asked for, br",
    ],
    [failing(new BodyTooLarge()), "source_too_large", "said more than 1MiB (max_body)"],
    [
      failing(new DOMException("timed out", "TimeoutError")),
      "source_timeout",
      "no whole answer in 1s500ms",
    ],
    [failing(refused), "source_refused", "connection refused"],
    [failing(new Error("answer broke off")), "source_refused", "answer broke off"],
  ];
  for (const [fake, cause, what] of table) {
    const failure = { cause, detail: `${what} (exporter:9100)` };
    assertEquals(await scrapeWith(fake), { ok: false, failure });
  }
});

Deno.test("scrape() ends with its signal, in whatever the source is stuck", async () => {
  const stopping = new AbortController();
  const scraping = scrapeWith(
    new FakeGet((_, { signal }) => hang(signal)),
    stopping.signal,
  );
  stopping.abort(new DOMException("timed out", "TimeoutError"));
  assertEquals(await scraping, {
    ok: false,
    failure: { cause: "source_timeout", detail: "no whole answer in 1s500ms (exporter:9100)" },
  });
});
