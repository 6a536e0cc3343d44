import { assert, assertEquals } from "@std/assert";
import { gunzipSync, gzipSync } from "node:zlib";
import { PutDelivery } from "../../sender/delivery.ts";
import { FakeFetch } from "../fakes/fetch.ts";
import { hang } from "../fakes/get.ts";
import { makeDestination } from "../fakes/pair.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { failureReport, report, scraped } from "./reports.ts";

const TOKEN = randomSecret();
const DESTINATION = makeDestination(undefined, { bearerToken: TOKEN });
const NEVER = new AbortController().signal;

function deliveryWith({ fetch }: FakeFetch): PutDelivery {
  return new PutDelivery({
    destination: DESTINATION,
    userAgent: "prompipe/test",
    timeoutMs: 10_000,
    fetch,
  });
}

function taking(): FakeFetch {
  return new FakeFetch(() => new Response(null, { status: 204 }));
}

async function sentFor(what: Parameters<PutDelivery["deliver"]>[0]) {
  const fake = taking();
  assert((await deliveryWith(fake).deliver(what, NEVER)).ok);
  assertEquals(fake.sent.length, 1);
  return fake.sent[0]!;
}

Deno.test("PutDelivery.deliver() puts a snapshot with exactly the headers of the interface", async () => {
  const { url, method, headers, redirect, signal } = await sentFor(report());
  assert(signal === NEVER, "it has another signal");
  assertEquals([url, method, redirect], [DESTINATION.url.href, "PUT", "manual"]);
  assertEquals(headers, {
    "authorization": `Bearer ${TOKEN}`,
    "content-encoding": "gzip",
    "content-type": "text/plain; version=0.0.4; charset=utf-8",
    "prompipe-interval": "4",
    "prompipe-scraped-at": "1700000000.123",
    "prompipe-ttl": "22",
    "user-agent": "prompipe/test",
  });
});

Deno.test("PutDelivery.deliver() sends the labels of a pair", async () => {
  const { headers } = await sentFor({ ...report(), labels: { site: "home", room: "büro" } });
  assertEquals(headers["prompipe-labels"], "site=home&room=b%C3%BCro");
});

Deno.test("PutDelivery.deliver() packs what the source did not pack", async () => {
  const body = crypto.getRandomValues(new Uint8Array(60_000));
  const sent = await sentFor(report(scraped({ body })));
  assertEquals(new Uint8Array(gunzipSync(sent.body)), body);
});

Deno.test("PutDelivery.deliver() sends what the source packed as it is", async () => {
  const body = new Uint8Array(gzipSync("up 1\n", { level: 9 }));
  const sent = await sentFor(report(scraped({ body, encoding: "gzip" })));
  assert(sent.body === body, "the body is not the source's own");
  assertEquals(sent.headers["content-encoding"], "gzip");
});

Deno.test("PutDelivery.deliver() keeps the content type, and supplies none", async () => {
  for (const contentType of ["application/vnd.google.protobuf; proto=x", "Odd;  Type", undefined]) {
    const sent = await sentFor(report(scraped({ contentType })));
    assertEquals(sent.headers["content-type"], contentType);
  }
});

Deno.test("PutDelivery.deliver() reports a failure as application/problem+json, not packed", async () => {
  const { headers, body } = await sentFor(failureReport());
  assertEquals(headers, {
    "authorization": `Bearer ${TOKEN}`,
    "content-type": "application/problem+json",
    "prompipe-interval": "4",
    "prompipe-scraped-at": "1700000000.123",
    "prompipe-ttl": "22",
    "user-agent": "prompipe/test",
  });
  assertEquals(JSON.parse(new TextDecoder().decode(body)), {
    title: "The source cannot be reached",
    detail: "connection refused (exporter:9100)",
    cause: "source_refused",
  });
});

Deno.test("PutDelivery.deliver() says how many bytes went out", async () => {
  const fake = taking();
  const result = await deliveryWith(fake).deliver(report(), NEVER);
  assert(result.ok);
  assertEquals(result.bodyBytes, fake.sent[0]!.body.length);
});

Deno.test("PutDelivery.deliver() says how far ahead the receiver's clock is, where it tells", async () => {
  const answering = (headers: HeadersInit) =>
    new FakeFetch(() => new Response(null, { status: 204, headers }));
  const silent = await deliveryWith(answering({})).deliver(report(), NEVER);
  assert(silent.ok && silent.clockOffsetMs === undefined);
  const date = new Date(Date.now() + 60_000).toUTCString();
  const told = await deliveryWith(answering({ Date: date })).deliver(report(), NEVER);
  assert(told.ok);
  // A second is what the header leaves open.
  assert(Math.abs(told.clockOffsetMs! - 60_000) < 2_000, String(told.clockOffsetMs));
});

Deno.test("PutDelivery.deliver() passes on how long the receiver asks to be left alone", async () => {
  for (const [status, headers] of [[503, { "Retry-After": "7" }], [429, {}]] as const) {
    const fake = new FakeFetch(() => new Response(null, { status, headers }));
    const result = await deliveryWith(fake).deliver(report(), NEVER);
    assert(!result.ok && result.retriable);
    assertEquals(result.retryAfterMs, status === 503 ? 7_000 : undefined);
  }
});

Deno.test("PutDelivery.deliver() packs a snapshot once, however often it goes out", async () => {
  const fake = taking();
  const snapshot = report();
  for (let times = 0; times < 2; times++) await deliveryWith(fake).deliver(snapshot, NEVER);
  assert(fake.sent[0]!.body === fake.sent[1]!.body, "it was packed again");
});

Deno.test("PutDelivery.deliver() gives a network's failure in known words, worth another try", async () => {
  const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const fake = new FakeFetch(() => {
    throw new TypeError("fetch failed", { cause });
  });
  assertEquals(await deliveryWith(fake).deliver(report(), NEVER), {
    ok: false,
    refused: false,
    retriable: true,
    reason: "connection refused",
  });
});

Deno.test("PutDelivery.deliver() ends with its signal, while nobody answers", async () => {
  const stopping = new AbortController();
  const fake = new FakeFetch((_, { signal }) => {
    queueMicrotask(() => stopping.abort());
    return hang(signal!);
  });
  const result = await deliveryWith(fake).deliver(report(), stopping.signal);
  assert(!result.ok && !result.refused);
  assertEquals(result.reason, "no answer in 10s");
});

Deno.test("PutDelivery.deliver() ends with its signal, while a refusal's text doesn't end", async () => {
  const stopping = new AbortController();
  const fake = new FakeFetch((_, { signal }) =>
    new Response(
      new ReadableStream({
        pull: async (controller) => {
          queueMicrotask(() => stopping.abort());
          await hang(signal!).catch((reason) => controller.error(reason));
        },
      }),
      { status: 400 },
    )
  );
  const result = await deliveryWith(fake).deliver(report(), stopping.signal);
  assert(!result.ok);
  assertEquals(result.reason, "no answer in 10s");
});

Deno.test("PutDelivery.deliver() works with the real fetch", async () => {
  const seen: [string, string | null, string][] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (one) => {
      const body = gunzipSync(await one.bytes()).toString();
      seen.push([one.method, one.headers.get("authorization"), body]);
      return new Response(null, { status: 204 });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/metrics/node/rpi`;
  const destination = makeDestination(url, { bearerToken: TOKEN });
  const options = { destination, userAgent: "x", timeoutMs: 10_000, fetch };
  assert((await new PutDelivery(options).deliver(report(), NEVER)).ok);
  assertEquals(seen, [["PUT", `Bearer ${TOKEN}`, "up 1\n"]]);
});
