// A sender that says anything. PROMPIPE_TEST_FULL=1 has it say a million frames.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Bases,
  type BodyHead,
  deltaBody,
  encodeFrame,
  firstPart,
  type Frame,
  wholeBody,
} from "../../protocol/stream/mod.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { damage, type Dice, dice } from "../fakes/damage.ts";
import type { FakeStream } from "../fakes/stream_connection.ts";
import { frames } from "../protocol/stream/frame_arbitraries.ts";
import { StreamRoom, targetFrame } from "./stream_room.ts";

const IS_FULL = Deno.env.has("PROMPIPE_TEST_FULL");
const MESSAGES = IS_FULL ? 1_000_000 : 20_000;
/** A stream that gets on well is begun anew after so many. */
const PER_STREAM = 200;
const MAX_MEMORY_BYTES = 300_000;
/** Of the process. */
const MAX_GROWN_BYTES = 128 * 1024 * 1024;

/** Bodies of all kinds, to be sent on any channel. */
function bodies(): readonly BodyHead[] {
  const bases = new Bases({ maxBaseBytes: 1e6, maxBasesBytes: 1e7 });
  const text = new TextEncoder().encode("up 1\nnode_load1 0.25\n".repeat(200));
  const next = text.slice().fill(50, 100, 140);
  const packed = new Uint8Array(gzipSync(text));
  const whole = firstPart(wholeBody(text, { bases, channel: 0, packed }));
  bases.set(0, text);
  const delta = firstPart(deltaBody(next, { bases, channel: 0 })!);
  const { payload, ...long } = wholeBody(new Uint8Array(500).fill(120), { bases, channel: 1 });
  const parts = { ...long, sentBytes: payload.length, payload: payload.subarray(0, 100) };
  return [whole, whole, delta, delta, parts];
}

/** A sender that mostly knows what it may say of three channels. */
class Talker {
  readonly #roll: Dice;
  readonly #bodies = bodies();
  /** Channels that are said, and whether they are on demand. */
  readonly #channels = new Map<number, boolean>();
  /** The numbers of bodies of which parts are missing, and how many of them. */
  readonly #begun = new Map<number, { readonly channel: number; parts: number }>();
  #count = 0;

  constructor(roll: Dice) {
    this.#roll = roll;
  }

  next(): Frame {
    const roll = this.#roll;
    const channel = roll(3);
    const isOnDemand = this.#channels.get(channel);
    if (isOnDemand === undefined || roll(50) === 0) {
      const mode = isOnDemand ?? roll(2) === 0 ? "on_demand" : "push";
      this.#channels.set(channel, mode === "on_demand");
      return targetFrame({ channel, job: `job${channel}`, mode, paramsAllowed: ["x"] });
    }
    switch (roll(isOnDemand ? 8 : 7)) {
      case 0:
        return roll(10) === 0 ? this.#end(channel) : { type: "alive" };
      case 1:
        this.#count++;
        return { type: "failure", channel, scrapedAtMs: 0, cause: "source_timeout", detail: "" };
      case 2:
      case 3:
        return this.#goOn() ?? { type: "alive" };
      case 7:
        return { type: "no_answer", request: 1 + roll(5), status: 502, cause: "x", detail: "y" };
      default:
        return this.#begin(channel, isOnDemand);
    }
  }

  #begin(channel: number, isOnDemand: boolean): Frame {
    const roll = this.#roll;
    const body = this.#bodies[roll(this.#bodies.length)]!;
    const number = ++this.#count;
    if (body.sentBytes > body.payload.length) {
      const isSending = [...this.#begun.values()].some((each) => each.channel === channel);
      if (isSending && !isOnDemand) {
        this.#count--;
        return { type: "alive" };
      }
      this.#begun.set(number, { channel, parts: 4 });
    }
    return isOnDemand
      ? { ...body, type: "answer", channel, request: 1 + roll(5), contentType: "a/b" }
      : { ...body, type: "snapshot", channel, scrapedAtMs: 0 };
  }

  #goOn(): Frame | undefined {
    const [number, body] = [...this.#begun][this.#roll(this.#begun.size || 1)] ?? [];
    if (number === undefined || body === undefined) return undefined;
    if (--body.parts === 0 || this.#roll(20) === 0) this.#begun.delete(number);
    if (body.parts > 0 && !this.#begun.has(number)) return { type: "abort", number };
    return { type: "chunk", number, payload: new Uint8Array(100).fill(120) };
  }

  #end(channel: number): Frame {
    this.#channels.delete(channel);
    for (const [number, each] of this.#begun) {
      if (each.channel === channel) this.#begun.delete(number);
    }
    return { type: "end", channel, forget: this.#roll(2) === 0 };
  }
}

Deno.test("a session takes whatever comes, and never grows", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const roll = dice(seed);
  using room = new StreamRoom({
    maxMemoryBytes: MAX_MEMORY_BYTES,
    maxStreamBytes: MAX_MEMORY_BYTES,
    maxTargets: 5,
  });
  let talker = new Talker(roll);
  const any = fc.sample(frames, { numRuns: 500, seed }).map(encodeFrame);
  let stream: FakeStream | undefined;
  let said = 0;
  let closed = 0;
  let pushed = 0;
  let grownFrom = 0;
  for (let message = 0; message < MESSAGES; message++) {
    if (message === MESSAGES / 10) grownFrom = Deno.memoryUsage().rss;
    if (stream === undefined || stream.closed !== undefined || said === PER_STREAM) {
      if (stream?.closed !== undefined) closed++;
      stream?.cut();
      assertEquals([room.streams.size, room.streams.memoryBytes], [0, 0], `seed ${seed}`);
      pushed += room.pushed.length;
      for (const kept of [room.pushed, room.refused, room.closed, room.log.events]) kept.length = 0;
      await nextTurn(); // nothing is collected before
      stream = await room.greeted();
      talker = new Talker(roll);
      said = 0;
    }
    const kind = roll(400);
    const chosen = kind === 0 ? any[roll(any.length)]! : encodeFrame(talker.next());
    await stream.sayBytes(kind < 10 ? damage(chosen, roll) : chosen);
    said++;
    room.nowMs += roll(50);
    if (roll(10) === 0) void room.scrape(`/metrics/job${roll(3)}/b`, { timeoutMs: 100_000 });
    stream.heard.length = 0;
    const held = [room.streams.memoryBytes, room.store.bodyBytes, room.store.size];
    assert(
      held[0]! <= MAX_MEMORY_BYTES && held[1]! <= MAX_MEMORY_BYTES && held[2]! <= 5,
      `seed ${seed}, message ${message}: ${held}`,
    );
  }
  const grown = Deno.memoryUsage().rss - grownFrom;
  if (IS_FULL) console.log({ closed, pushed, grownFrom, grown });
  assert(grown < MAX_GROWN_BYTES, `seed ${seed}: ${grown} bytes more than before`);
  assert(closed > 0 && pushed > MESSAGES / 200, `seed ${seed}: nothing went on`);
  stream?.cut();
});
