// A sender that says anything. PROMPIPE_TEST_FULL=1 has it say a million frames.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Bases,
  deltaBody,
  encodeFrame,
  firstPart,
  type Frame,
  wholeBody,
} from "../../protocol/stream/mod.ts";
import { gzipSync } from "node:zlib";
import { damage, dice } from "../fakes/damage.ts";
import type { FakeStream } from "../fakes/stream_connection.ts";
import { frames } from "../protocol/stream/frame_arbitraries.ts";
import { snapshotFrame, StreamRoom, targetFrame } from "./stream_room.ts";

const IS_FULL = Deno.env.has("PROMPIPE_TEST_FULL");
const MESSAGES = IS_FULL ? 1_000_000 : 20_000;
/** A stream that gets on well is begun anew after so many. */
const PER_STREAM = 200;
const MAX_MEMORY_BYTES = 300_000;
/** Of the process. */
const MAX_GROWN_BYTES = 128 * 1024 * 1024;

/** Frames that a sender could say, of a few channels, requests and numbers. */
function sensible(): Frame[] {
  const bases = new Bases({ maxBaseBytes: 1e6, maxBasesBytes: 1e7 });
  const text = new TextEncoder().encode("up 1\nnode_load1 0.25\n".repeat(200));
  const next = text.slice().fill(50, 100, 140);
  const packed = new Uint8Array(gzipSync(text));
  const whole = firstPart(wholeBody(text, { bases, channel: 0, packed }));
  bases.set(0, text);
  const delta = firstPart(deltaBody(next, { bases, channel: 0 })!);
  return [0, 1, 2].flatMap((channel): Frame[] => [
    targetFrame({ channel, job: `job${channel}` }),
    targetFrame({ channel, job: `job${channel}`, mode: "on_demand", paramsAllowed: ["x"] }),
    { ...snapshotFrame(""), channel, ...whole },
    { ...snapshotFrame(""), channel, ...delta },
    { ...snapshotFrame("x".repeat(300)), channel, payload: new Uint8Array(100) },
    { type: "chunk", number: channel + 1, payload: new Uint8Array(100) },
    { type: "abort", number: channel + 2 },
    { type: "failure", channel, scrapedAtMs: 0, cause: "source_timeout", detail: "late" },
    { ...whole, type: "answer", channel, request: channel + 1, contentType: "a/b" },
    { type: "no_answer", request: channel + 1, status: 502, cause: "x", detail: "y" },
    { type: "end", channel, forget: channel === 1 },
    { type: "alive" },
  ]);
}

Deno.test("a session takes whatever comes, and never grows", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const roll = dice(seed);
  using room = new StreamRoom({
    maxMemoryBytes: MAX_MEMORY_BYTES,
    maxStreamBytes: MAX_MEMORY_BYTES,
    maxTargets: 5,
  });
  const good = sensible().map(encodeFrame);
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
      stream = await room.greeted();
      said = 0;
    }
    const kind = roll(20);
    const chosen = kind === 0 ? any[roll(any.length)]! : good[roll(good.length)]!;
    await stream.sayBytes(kind < 3 ? damage(chosen, roll) : chosen.slice());
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
