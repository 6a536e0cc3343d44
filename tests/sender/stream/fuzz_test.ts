// A receiver that says anything. PROMPIPE_TEST_FULL=1 has it say a million frames.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { validateHeaderValue } from "node:http";
import { decodeFrame, encodeFrame, type Frame } from "../../../protocol/stream/mod.ts";
import type { Get } from "../../../sender/http_source.ts";
import type { Pair } from "../../../sender/pair.ts";
import { Link } from "../../../sender/stream/link.ts";
import { runOnDemand } from "../../../sender/stream/on_demand.ts";
import type { SocketEvents, StreamSocket } from "../../../sender/stream/socket.ts";
import { streamDelivery } from "../../../sender/stream/stream_deliveries.ts";
import { PushTroubles } from "../../../sender/push_troubles.ts";
import { runTargetLoop } from "../../../sender/target_loop.ts";
import { damage, type Dice, dice } from "../../fakes/damage.ts";
import { FakeDelivery } from "../../fakes/delivery.ts";
import { makeDestination, makePair, makeSource } from "../../fakes/pair.ts";
import { RecordedLog } from "../../fakes/recorded_log.ts";
import { VirtualTime } from "../../fakes/virtual_time.ts";
import { frames } from "../../protocol/stream/frame_arbitraries.ts";

const IS_FULL = Deno.env.has("PROMPIPE_TEST_FULL");
const MESSAGES = IS_FULL ? 1_000_000 : 5_000;
/** A stream that gets on well is begun anew after so many. */
const PER_STREAM = 1_000;
const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;

const PLAIN = "http://plain.example:9100/metrics";
const PROBE = "http://probe.example:9115/probe?module=http&debug=1";
const PUSHED = "http://pushed.example:9100/metrics";
const SENDER_FRAMES: ReadonlySet<string> = new Set([
  ...["hello", "alive", "target", "end", "snapshot", "failure"],
  ...["answer", "no_answer", "chunk", "abort"],
]);

/** Sources that answer, hang until they are given up, or are down; and what they were asked. */
class Sources {
  asked = 0;
  underWay = 0;
  readonly strange: string[] = [];
  readonly #roll: Dice;

  constructor(roll: Dice) {
    this.#roll = roll;
  }

  readonly get: Get = async (url, { headers, signal, socketPath }) => {
    this.asked++;
    if (socketPath !== undefined || !isOwn(url)) this.strange.push(url.href);
    for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
    this.underWay++;
    try {
      return await this.#answer(signal);
    } finally {
      this.underWay--;
    }
  };

  async #answer(signal: AbortSignal) {
    const kind = this.#roll(20);
    if (kind === 0) {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason));
      await promise;
    }
    if (kind === 1) throw new Error("connection refused");
    const lines = Array.from({ length: kind === 2 ? 20_000 : 50 }, (_, at) => `m${at} ${at}\n`);
    return {
      status: 200,
      contentType: "text/plain",
      contentEncoding: undefined,
      location: undefined,
      body: new TextEncoder().encode(`${lines.join("")}count ${this.asked}\n`),
    };
  }
}

/** Whether a pair's config names it, but for the parameters that it allows. */
function isOwn(url: URL): boolean {
  if (url.href === PLAIN || url.href === PUSHED) return true;
  const own = new URL(PROBE);
  if (url.origin !== own.origin || url.pathname !== own.pathname || url.hash !== "") return false;
  return [...url.searchParams].every(([name, value]) =>
    ["module", "target"].includes(name) || (name === "debug" && value === "1")
  );
}

/** A socket that reads all that comes, or for a while nothing. */
class Socket implements StreamSocket {
  readonly events: SocketEvents;
  readonly #held: (() => void)[] = [];
  isOpen = true;
  isStuck = false;
  bufferedBytes = 0;
  sent = 0;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  send(message: Uint8Array, sent?: () => void): void {
    const decoded = decodeFrame(new Uint8Array(message));
    const isRight = decoded.ok && SENDER_FRAMES.has(decoded.frame?.type ?? "");
    assert(isRight, "the sender sent no frame of a sender");
    this.sent++;
    if (!this.isStuck) return void (sent && queueMicrotask(sent));
    this.bufferedBytes += message.byteLength;
    this.#held.push(() => {
      this.bufferedBytes -= message.byteLength;
      sent?.();
    });
  }

  close(): void {
    this.isOpen = false;
  }

  letGo(): void {
    this.isStuck = false;
    for (const go of this.#held.splice(0)) go();
  }
}

/** Frames that a receiver could say, of a few channels, requests and numbers. */
function sensible(roll: Dice): Frame {
  const channel = roll(4);
  const refusal = { retryAfterS: roll(3), reason: "no", detail: "because" };
  switch (roll(12)) {
    case 0:
      return { type: "alive" };
    case 1:
      return { type: "ack", number: 1 + roll(100), count: 1 + roll(100) };
    case 2:
      return { type: "refused", number: 1 + roll(100), status: 413, ...refusal };
    case 3:
      return { type: "refused", number: 1 + roll(100), status: 412, ...refusal, reason: "no_base" };
    case 4:
      return { type: "target_refused", channel, status: 409, ...refusal };
    case 5:
      return { type: "cancel", request: roll(300) };
    default: {
      const params = ["", "", "target=x&module=y", "target=http%3A%2F%2Fother%2F", "debug=2"];
      return {
        ...{ type: "scrape", request: roll(300), channel, timeoutMs: roll(20_000) },
        ...{ accept: ["", "text/plain", "*/*"][roll(3)]!, params: params[roll(params.length)]! },
      };
    }
  }
}

function pairs(): Pair[] {
  const destinations = (instance: string): Pair["destinations"] => [
    makeDestination(`ws://push.example/metrics/node/${instance}`, {
      target: { job: "node", instance },
    }),
  ];
  return [
    {
      ...makePair({ source: makeSource(PLAIN), mode: "on_demand" }),
      destinations: destinations("a"),
    },
    {
      ...makePair({ source: makeSource(PROBE), mode: "on_demand" }),
      ...{ destinations: destinations("b"), paramsAllowed: ["module", "target"] },
    },
    {
      ...makePair({ source: makeSource(PUSHED), intervalMs: MINUTE_MS }),
      destinations: destinations("c"),
    },
  ];
}

Deno.test("a sender takes whatever a receiver says, asks its own sources only, and never grows", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const roll = dice(seed);
  const timing = new VirtualTime();
  const log = new RecordedLog();
  const sources = new Sources(roll);
  const { get } = sources;
  const stopping = new AbortController();
  const { signal } = stopping;
  let socket: Socket | undefined;
  const link = new Link({
    openSocket: (events) => {
      socket = new Socket(events);
      return Promise.resolve({ ok: true, socket, clockOffsetMs: undefined });
    },
    ...{ software: "prompipe/test", timing, log, receiver: "ws://push.example/", secret: "s" },
  });
  const links = { linkFor: () => link, release: () => Promise.resolve() };
  const observer = { passed() {}, skipped() {}, attempted() {}, replaced() {} };
  const put = new FakeDelivery(() => ({ ok: true, bodyBytes: 1 }));
  const around = { get, observer, log, timing, userAgent: "prompipe/test" };
  const running = pairs().map((pair) =>
    pair.mode === "on_demand"
      ? runOnDemand(pair, { ...around, links }, signal)
      : runTargetLoop(pair, {
        ...around,
        clock: timing.now,
        troubles: new PushTroubles(log),
        deliveryTo: (destination) => streamDelivery({ destination, pair }, { links, put }),
      }, { firstDelayMs: 0, signal })
  );
  const any = fc.sample(frames, { numRuns: 500, seed }).map(encodeFrame);
  const hello = encodeFrame({
    type: "hello",
    software: "x",
    maxBaseBytes: MIB,
    maxBasesBytes: MIB,
  });
  const counts = { streams: 0, closed: 0, mostWaits: 0, mostScrapes: 0 };
  let said = PER_STREAM;
  let grownFrom = 0;

  for (let message = 0; message < MESSAGES; message++) {
    if (message === MESSAGES / 10) grownFrom = Deno.memoryUsage().rss;
    if (socket === undefined || !socket.isOpen || said === PER_STREAM) await begin();
    if (roll(200) === 0) socket!.isStuck = true;
    if (roll(100) === 0) socket!.letGo();
    const kind = roll(200);
    const frame = kind === 0 ? any[roll(any.length)]! : encodeFrame(sensible(roll));
    socket!.events.message(kind < 6 ? damage(frame, roll) : frame);
    said++;
    if (roll(10) === 0) await timing.pass(roll(500));
    counts.mostWaits = Math.max(counts.mostWaits, timing.waiting);
    counts.mostScrapes = Math.max(counts.mostScrapes, sources.underWay);
    const held = [sources.underWay, timing.waiting, socket!.bufferedBytes];
    assert(
      held[0]! <= 120 && held[1]! <= 700 && held[2]! <= 2 * MIB,
      `seed ${seed}, message ${message}: ${held}`,
    );
  }
  const grown = Deno.memoryUsage().rss - grownFrom;
  if (IS_FULL) console.log({ ...counts, scrapes: sources.asked, grownFrom, grown });
  const errors = log.events.filter(({ level }) => level === "error");
  assertEquals([errors, sources.strange], [[], []], `seed ${seed}`);
  assert(grown < 128 * MIB, `${grown} bytes more than before`);
  assert(counts.closed > 0 && sources.asked > MESSAGES / 10, `seed ${seed}: nothing went on`);
  stopping.abort();
  socket?.events.closed(1006, "");
  link.stop();
  await timing.pass(5_000);
  await Promise.all(running);
  assertEquals([timing.waiting, sources.underWay], [0, 0], `seed ${seed}: something goes on`);

  /** The link opens a stream again, later or sooner. */
  async function begin(): Promise<void> {
    const before = socket;
    if (before?.isOpen) {
      before.letGo();
      before.events.closed([1000, 1001, 1006, 4401, 4507][roll(5)]!, "enough");
    } else if (before !== undefined) counts.closed++;
    log.events.splice(0, log.events.length, ...log.events.filter(({ level }) => level === "error"));
    while (socket === before || socket === undefined) await timing.pass(5_000);
    socket.events.message(hello);
    await timing.pass(0);
    counts.streams++;
    said = 0;
  }
});
