import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { gzipSync } from "node:zlib";
import { acknowledge } from "../../fakes/stream_end.ts";
import { Registry } from "prom-client";
import { SenderMetrics } from "../../../sender/metrics.ts";
import { Outbox } from "../../../sender/outbox.ts";
import { makeDestination, makePair } from "../../fakes/pair.ts";
import { failureReport, report, scraped } from "../reports.ts";
import { INTERVAL_MS, rig, TIMEOUT_MS } from "./rig.ts";

const UTF8 = new TextEncoder();

function lines(count: number, changed = 0): Uint8Array<ArrayBuffer> {
  return UTF8.encode(
    Array.from({ length: count }, (_, index) => `metric_${index} ${index % 9 ? index : changed}\n`)
      .join(""),
  );
}

function refusal(number: number, status: number, reason = "no", detail = "because") {
  return { type: "refused", number, status, reason, detail, retryAfterS: 0 } as const;
}

Deno.test("StreamDelivery sends a body whole once, and then what changed", async () => {
  using r = rig({});
  const { deliver } = r.delivery("rpi");
  for (const changed of [1, 2, 3]) {
    const sent = await deliver(report(scraped({ body: lines(500, changed) })));
    assertEquals(sent.ok, true);
  }
  const { bodies, targets } = r.socket().end;
  assertEquals(bodies.map(({ sentAs }) => sentAs), ["gzip", "delta", "delta"]);
  assertEquals(bodies.map(({ body }) => body), [1, 2, 3].map((each) => lines(500, each)));
  assertEquals(bodies[0]?.contentType, "text/plain; version=0.0.4; charset=utf-8");
  assertEquals(r.socket().end.framesOf("target").length, 1);
  assertEquals(targets.get(0)?.ttlMs, 22_000);
});

Deno.test("StreamDelivery gives a gzip of the source on as it is, where it is one member", async () => {
  using r = rig({ hello: { maxBaseBytes: 0 } });
  const { deliver } = r.delivery("rpi");
  const body = lines(500);
  const one = new Uint8Array(gzipSync(body));
  const two = new Uint8Array([...gzipSync(body.slice(0, 99)), ...gzipSync(body.slice(99))]);
  for (const each of [one, two]) {
    await deliver(report(scraped({ body: each, encoding: "gzip" })));
  }
  assertEquals(r.socket().end.bodies.map((each) => each.body), [body, body]);
  assertEquals(r.socket().end.framesOf("snapshot")[0]?.payload, one);
});

Deno.test("StreamDelivery says a target anew where its content type changes", async () => {
  using r = rig({});
  const { deliver } = r.delivery("rpi");
  await deliver(report());
  await deliver(failureReport());
  await deliver(report(scraped({ contentType: "text/other" })));
  await deliver(report(scraped({ contentType: undefined })));
  const types = r.socket().end.framesOf("target").map(({ contentType }) => contentType);
  assertEquals(types, ["text/plain; version=0.0.4; charset=utf-8", "text/other", ""]);
});

Deno.test("StreamDelivery reports a source's failure with its cause", async () => {
  using r = rig({});
  assertEquals((await r.delivery("rpi").deliver(failureReport("gone\naway"))).ok, true);
  const { end } = r.socket();
  const [{ cause, detail } = {}] = end.framesOf("failure");
  assertEquals([cause, detail], ["source_refused", "gone away"]);
});

Deno.test("StreamDelivery takes a refusal as that of a PUT with the same status", async () => {
  const table = [
    [400, { refused: true, retriable: false, reason: "400 because" }],
    [403, {
      refused: false,
      retriable: false,
      reason:
        "403 because (this token may not write this path: check the token's targets on the receiver)",
    }],
    [429, { refused: false, retriable: true, reason: "429 because" }],
    [507, { refused: false, retriable: true, reason: "507 because" }],
  ] as const;
  for (const [status, expected] of table) {
    using r = rig({ judge: (_, number) => refusal(number, status) });
    for (const each of [report(), failureReport()]) {
      const result = await r.delivery(String(Math.random())).deliver(each);
      assertEquals(result, { ok: false, ...expected, retryAfterMs: undefined });
    }
  }
});

Deno.test("StreamDelivery tells no secret that a receiver tells", async () => {
  using r = rig({
    judge: (_, number) => refusal(number, 500, "no", `it was ${r.secret}`),
  });
  const result = await r.delivery("rpi").deliver(report());
  assertEquals(!result.ok && result.reason, "500 it was …");
});

Deno.test("StreamDelivery sends a body again, whole, where the receiver has no base", async () => {
  let isFirstDelta = true;
  using r = rig({
    judge(frame, number) {
      if (frame.type !== "snapshot" || frame.encoding !== "delta" || !isFirstDelta) {
        return acknowledge(frame, number);
      }
      isFirstDelta = false;
      return refusal(number, 412, "no_base");
    },
  });
  const { deliver } = r.delivery("rpi");
  for (const changed of [1, 2, 3]) {
    assertEquals((await deliver(report(scraped({ body: lines(500, changed) })))).ok, true);
  }
  const sentAs = r.socket().end.bodies.map((each) => each.sentAs);
  assertEquals(sentAs, ["gzip", "delta", "gzip", "delta"]);
});

Deno.test("StreamDelivery fails where nothing is acknowledged in time, and tries no more", async () => {
  using r = rig({ judge: () => undefined });
  const delivering = r.delivery("rpi").deliver(report());
  await r.time.pass(10_000);
  assertEquals(await delivering, {
    ok: false,
    refused: false,
    retriable: true,
    reason: "no acknowledgement in 10s",
  });
});

Deno.test("StreamDelivery refuses for the receiver what is too large for it", async () => {
  using r = rig({ hello: { maxUnpackedBytes: 1_000 } });
  const { deliver } = r.delivery("rpi");
  for (const body of [lines(100), new Uint8Array(gzipSync(lines(100)))]) {
    const encoding = body[0] === 0x1f ? "gzip" : "identity";
    const result = await deliver(report(scraped({ body, encoding })));
    assertEquals(!result.ok && [result.refused, result.reason.slice(0, 36)], [
      true,
      "413 body unpacks to more than it may",
    ]);
  }
  const damaged = await deliver(report(scraped({ body: lines(1), encoding: "gzip" })));
  assertEquals(!damaged.ok && damaged.reason, "400 gzip body is cut or damaged");
  const type = await deliver(report(scraped({ contentType: "x".repeat(1_025) })));
  assertEquals(!type.ok && type.reason, "400 Content-Type is too long");
});

Deno.test("StreamDelivery uses PUT for more targets than a stream has channels", async () => {
  using r = rig({ hello: { maxChannels: 1 } });
  const [first, second] = [r.delivery("a"), r.delivery("b")];
  await first.deliver(report());
  await second.deliver(report());
  assertEquals([r.socket().end.bodies.length, r.put.reports.length], [1, 1]);
  first.end();
  await r.delivery("c").deliver(report());
  assertEquals(r.socket().end.bodies.map(({ path }) => path), [
    "/metrics/node/a",
    "/metrics/node/c",
  ]);
  assertEquals(r.socket().end.framesOf("end"), [{ type: "end", channel: 0, forget: false }]);
});

Deno.test("StreamDelivery: bytes out are bytes in, whatever breaks off, for every acknowledged body", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          target: fc.nat(2),
          // Of what doesn't pack, so that it takes several chunks; and is packed at once.
          noise: fc.oneof(fc.nat(200), fc.nat(250_000)),
          lines: fc.nat(300),
          gzip: fc.boolean(),
          then: fc.oneof(
            { weight: 6, arbitrary: fc.constant("fine") },
            { weight: 1, arbitrary: fc.constant("break") },
            { weight: 1, arbitrary: fc.constant("lose") },
          ),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      async (steps) => {
        using r = rig({});
        const targets = [0, 1, 2].map((each) => r.delivery(String(each)));
        const expected: string[] = [];
        const sums: Promise<unknown>[] = [];
        for (const [index, step] of steps.entries()) {
          const plain = new Uint8Array([...noise(step.noise, index), ...lines(step.lines, index)]);
          const body = step.gzip ? new Uint8Array(gzipSync(plain)) : plain;
          const encoding = step.gzip ? "gzip" : "identity";
          const delivering = targets[step.target]!.deliver(report(scraped({ body, encoding })));
          sums.push(delivering.then(({ ok }) => {
            if (ok) expected.push(digest(String(step.target), plain));
          }));
          if (step.then === "break") r.fake.sockets.at(-1)?.break();
          if (step.then === "lose" && r.fake.sockets.length > 0) r.socket().isDead = true;
          await r.time.pass(step.then === "fine" ? 20_000 : 40_000);
        }
        await Promise.all(sums);
        const seen = new Set(
          r.fake.sockets.flatMap(({ end }) => end.bodies)
            .map(({ path, body }) => digest(path.slice(path.lastIndexOf("/") + 1), body)),
        );
        assertEquals(expected.filter((each) => !seen.has(each)), []);
        const sent = new Set(
          steps.map((step, index) =>
            digest(
              String(step.target),
              new Uint8Array([...noise(step.noise, index), ...lines(step.lines, index)]),
            )
          ),
        );
        assertEquals([...seen].filter((each) => !sent.has(each)), [], "what was never sent");
        const last = steps.at(-1)!;
        if (last.then === "fine") assertEquals(expected.length > 0, true);
      },
    ),
    { numRuns: 25 },
  );
});

function noise(bytes: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: bytes }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return state >>> 24;
  });
}

function digest(target: string, body: Uint8Array): string {
  let hash = 7;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${target} ${body.length} ${hash}`;
}

Deno.test("StreamDelivery fails at once where the stream breaks off before its turn", async () => {
  using r = rig({});
  const { deliver } = r.delivery("rpi");
  await deliver(report());
  r.socket().isStuck = true;
  const body = new Uint8Array(200_000).map((_, at) => at * at * 7 >> 3);
  const deliveries = ["a", "b"].map((name) => r.delivery(name).deliver(report(scraped({ body }))));
  await r.time.pass(0);
  const startedMs = r.time.now();
  r.socket().break(1006);
  await r.time.pass(0);
  const results = await Promise.all(deliveries);
  assertEquals(results.map((each) => !each.ok && each.reason), [
    "the stream broke off: 1006",
    "the stream broke off: 1006",
  ]);
  assertEquals(r.time.now(), startedMs);
});

Deno.test("what a stream's receiver never acknowledges is counted as lost once its time is over", async () => {
  using r = rig({ judge: () => undefined });
  const registry = new Registry();
  const destination = makeDestination("ws://push.example/metrics/node/rpi");
  const pair = { ...makePair(), destinations: [destination] as const };
  const metrics = new SenderMetrics(registry, [pair]);
  const { deliver } = r.delivery("rpi");
  const stopping = new AbortController();
  const outbox = new Outbox({
    delivery: { deliver },
    ...{ intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, timing: r.time },
    signal: stopping.signal,
    onAttempt: (attempt) => metrics.attempted(pair, destination, attempt),
    onReplaced: () => metrics.replaced(pair, destination),
    onFault: (error) => assertEquals(error, undefined),
  });
  const count = async (result: string) => {
    const { values } = await registry.getSingleMetric("prompipe_sender_deliveries_total")!.get();
    return values.find(({ labels }) => labels["result"] === result)?.value;
  };
  outbox.offer(report(), { timeoutMs: TIMEOUT_MS });
  const { ttlMs } = report();
  for (let passedMs = 0; passedMs < ttlMs - 1_000; passedMs += 1_000) {
    await r.time.pass(1_000);
    r.socket()?.end.send({ type: "alive" });
  }
  assertEquals([await count("replaced"), await count("ok")], [0, 0]);
  await r.time.pass(TIMEOUT_MS + INTERVAL_MS);
  assertEquals([await count("replaced"), await count("ok"), await count("failed")], [1, 0, 0]);
  stopping.abort();
});
