// Damaged frames, made of right ones: whatever comes, both sides go on and hold no more than they may.

import { assert } from "@std/assert";
import fc from "fast-check";
import { gzipSync } from "node:zlib";
import {
  Bases,
  ChannelTable,
  decodeFrame,
  encodeFrame,
  firstPart,
  type Frame,
  IncomingBodies,
  otherParts,
} from "../../../protocol/stream/mod.ts";
import { countingRoom, LIMITS, noise, outgoing, snapshot } from "./bodies.ts";
import { frames } from "./frame_arbitraries.ts";
import { pseudoRandom, scrapes } from "./scrapes.ts";

const FRAMES = Deno.env.has("PROMPIPE_TEST_FULL") ? 1_000_000 : 20_000;
/** Unfinished bodies of all streams, and bases of all streams. */
const ROOM_BYTES = 2_000_000;
const MIB = 1024 * 1024;

/** What a stream holds that got on well: snapshots in all their forms, and any frame there is. */
function messages(): Uint8Array<ArrayBuffer>[] {
  const made: Frame[] = fc.sample(frames, { numRuns: 300, seed: 1 });
  const bases = new Bases(LIMITS);
  for (const body of scrapes({ count: 100, series: 100, changing: 10 })) {
    const channel = body.byteLength % 3;
    const sent = outgoing(body, { bases, channel });
    made.push(snapshot(body, { ...firstPart(sent), channel }));
    if (sent.keep) bases.set(channel, body);
  }
  for (const [index, length] of [200, 70_000, 140_000].entries()) {
    const body = noise(length, index);
    const packed = Uint8Array.from(gzipSync(body));
    const whole = { ...snapshot(body, { encoding: "gzip" }), payload: packed };
    made.push({ ...whole, ...firstPart(whole), channel: 4 + index });
    made.push(...otherParts(whole, 1 + index));
  }
  return made.map(encodeFrame);
}

Deno.test(`${FRAMES} damaged frames, one after another, neither crash nor grow a side`, () => {
  const random = pseudoRandom(7);
  const good = messages();
  const room = countingRoom(ROOM_BYTES);
  const basesRoom = countingRoom(ROOM_BYTES);
  const counts = { refused: 0, waiting: 0, whole: 0, broken: 0, undecoded: 0, others: 0 };
  let side = newSide();
  const before = Deno.memoryUsage().rss;

  for (let count = 0; count < FRAMES; count++) {
    const message = good[random(good.length)]!;
    take(random(4) === 0 ? message : damaged(message, good[random(good.length)]!));
    assert(side.bases.bytes <= LIMITS.maxBasesBytes);
    assert(room.used <= ROOM_BYTES && basesRoom.used === side.bases.bytes);
  }
  for (const [what, times] of Object.entries(counts)) assert(times > 0, `never ${what}`);
  side.bodies.clear();
  assert(room.used === 0 && basesRoom.used === 0);
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 256 * MIB, `${grown} bytes more than before`);

  function newSide() {
    const bases = new Bases(LIMITS, basesRoom);
    const bodies = new IncomingBodies({ limits: LIMITS, bases, room });
    return { bases, bodies, channels: new ChannelTable(LIMITS) };
  }

  function take(message: Uint8Array<ArrayBuffer>): void {
    const decoded = decodeFrame(message);
    if (!decoded.ok) return void counts.undecoded++;
    if (decoded.frame === undefined) return;
    const kind = handle(decoded.frame);
    counts[kind]++;
    // One fault in so many closes the stream: else few bodies would ever go on.
    if (kind === "broken" && random(20) === 0) {
      side.bodies.clear();
      side = newSide();
    }
  }

  function handle(frame: Frame) {
    const { bodies, channels } = side;
    switch (frame.type) {
      case "snapshot":
      case "answer":
        return bodies.begin(frame).kind;
      case "chunk":
        return bodies.add(frame).kind;
      case "abort":
        return bodies.abort(frame.number).kind;
      case "target": {
        const bound = channels.bind(frame);
        return bound.kind === "bound" ? "others" : bound.kind;
      }
      case "end":
        channels.end(frame.channel);
        bodies.endChannel(frame.channel);
        return "others";
      default:
        return "others";
    }
  }

  /** Bytes changed, cut out, put in, or the rest of another message behind it. */
  function damaged(
    message: Uint8Array<ArrayBuffer>,
    other: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const at = random(random(2) === 0 ? Math.min(24, message.byteLength) : message.byteLength);
    switch (random(5)) {
      case 0:
        return message.with(at, random(256));
      case 1:
        return message.with(at, message[at]! ^ 1 << random(8));
      case 2:
        return message.slice(0, at);
      case 3: {
        const spliced = new Uint8Array(at + Math.max(0, other.byteLength - at));
        spliced.set(message.subarray(0, at));
        spliced.set(other.subarray(at), at);
        return spliced;
      }
      default: {
        const longer = new Uint8Array(message.byteLength + 1);
        longer.set(message.subarray(0, at));
        longer[at] = random(256);
        longer.set(message.subarray(at), at + 1);
        return longer;
      }
    }
  }
});
