// A receiver as users start it, and a sender of streams that somebody else wrote.

import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import {
  Bases,
  decodeFrame,
  deltaBody,
  encodeFrame,
  firstPart,
  type Frame,
  otherParts,
  type OutgoingBody,
  SUBPROTOCOL,
  wholeBody,
} from "../../protocol/stream/mod.ts";
import { targetFrame } from "../receiver/stream_room.ts";
import { Receiver } from "./prompipe.ts";

/** One stream by the runtime's own WebSocket. */
class Stream {
  readonly #socket: WebSocket;
  readonly #heard: Frame[] = [];
  #arrived = Promise.withResolvers<void>();
  readonly closed: Promise<CloseEvent>;

  constructor({ pushPort, token }: Receiver) {
    const options = { headers: { Authorization: `Bearer ${token}` }, protocols: [SUBPROTOCOL] };
    this.#socket = new WebSocket(`ws://127.0.0.1:${pushPort}/stream`, options);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.say({ type: "hello", software: "else/1", maxScrapes: 2 });
    this.#socket.onmessage = ({ data }) => {
      const decoded = decodeFrame(new Uint8Array(data));
      if (decoded.ok && decoded.frame !== undefined) this.#heard.push(decoded.frame);
      this.#arrived.resolve();
    };
    this.closed = new Promise((resolve) => this.#socket.onclose = resolve);
  }

  say(...frames: readonly Frame[]): void {
    for (const frame of frames) this.#socket.send(encodeFrame(frame));
  }

  /** The next frame of that type; others are passed over. */
  async hear<T extends Frame["type"]>(type: T): Promise<Extract<Frame, { type: T }>> {
    for (;;) {
      const frame = this.#heard.shift();
      if (frame?.type === type) return frame as Extract<Frame, { type: T }>;
      if (frame !== undefined) continue;
      this.#arrived = Promise.withResolvers();
      await this.#arrived.promise;
    }
  }

  send(body: OutgoingBody, number: number, channel = 0): void {
    this.say({ type: "snapshot", channel, scrapedAtMs: Date.now(), ...firstPart(body) });
    this.say(...otherParts(body, number));
  }
}

function scrape({ scrapePort }: Receiver, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${scrapePort}${path}`, init);
}

function text(version: number, lines = 1_000): Uint8Array<ArrayBuffer> {
  const all = Array.from(
    { length: lines },
    (_, line) => `metric_${line} ${line % 50 ? 1 : version}\n`,
  );
  return new TextEncoder().encode(all.join(""));
}

function random(bytes: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) {
    crypto.getRandomValues(body.subarray(at, at + 65_536));
  }
  return body;
}

Deno.test("a stream carries snapshots whole, as deltas and in parts, and scrapes on demand", async () => {
  await using receiver = await Receiver.start();
  const stream = new Stream(receiver);
  const limits = await stream.hear("hello");
  const bases = new Bases({
    maxBaseBytes: limits.maxBaseBytes ?? 0,
    maxBasesBytes: limits.maxBasesBytes ?? 0,
  });
  stream.say(targetFrame({ contentType: "text/plain; version=0.0.4" }));
  for (let version = 1; version <= 3; version++) {
    const body = text(version);
    const options = { bases, channel: 0 };
    const packed = new Uint8Array(gzipSync(body));
    const sent = deltaBody(body, options) ?? wholeBody(body, { ...options, packed });
    assertEquals(sent.encoding, version === 1 ? "gzip" : "delta");
    bases.set(0, body);
    stream.send(sent, version);
    assertEquals(await stream.hear("ack"), { type: "ack", number: version, count: 1 });
    const answer = await scrape(receiver, "/metrics/a/b");
    assertEquals([answer.status, await answer.bytes()], [200, body]);
    assertEquals(answer.headers.get("content-type"), "text/plain; version=0.0.4");
  }

  const large = random(3_000_000);
  stream.say(targetFrame({ channel: 1, instance: "large" }));
  stream.send(wholeBody(large, { bases, channel: 1 }), 4, 1);
  await stream.hear("ack");
  assertEquals(await (await scrape(receiver, "/metrics/a/large")).bytes(), large);

  stream.say(targetFrame({
    ...{ channel: 2, instance: "live", mode: "on_demand", paramsAllowed: ["module"] },
  }));
  // Frames are taken in their order: once this is refused, the one before was taken.
  stream.say(targetFrame({ channel: 3, instance: ".." }));
  await stream.hear("target_refused");
  const listed = await (await scrape(receiver, "/sd")).text();
  assert(/"live"/.test(listed) || listed.includes("just started"), listed);
  const asked = scrape(receiver, "/metrics/a/live?module=x", {
    headers: { "Accept": "a/b", "X-Prometheus-Scrape-Timeout-Seconds": "5" },
  });
  const { type: _, ...question } = await stream.hear("scrape");
  assertEquals(question, {
    request: 1,
    channel: 2,
    timeoutMs: 4_500,
    accept: "a/b",
    params: "module=x",
  });
  const body = text(9);
  const packed = new Uint8Array(gzipSync(body));
  const answer = firstPart({ ...wholeBody(body, { bases, channel: 2, packed }), keep: false });
  stream.say({ type: "answer", channel: 2, request: 1, contentType: "a/b", ...answer });
  const answered = await asked;
  assertEquals([answered.status, await answered.bytes()], [200, body]);
  assertEquals(
    (await (await scrape(receiver, "/metrics/a/live?debug=1")).text()).slice(0, 17),
    'parameter "debug"',
  );

  const waiting = scrape(receiver, "/metrics/a/live");
  await stream.hear("scrape");
  receiver.process.signal("SIGTERM");
  assertEquals((await waiting).status, 503);
  const { code, reason } = await stream.closed;
  assertEquals([code, reason], [1001, "the receiver stops"]);
  assertEquals((await receiver.process.status).code, 0);
});
