// The same promises as a PUT: what each of both is refused for, side by side.

import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import {
  checksum,
  type Frame,
  type SnapshotFrame,
  type TargetFrame,
} from "../../protocol/stream/mod.ts";
import type { RefusalReason } from "../../receiver/refusal.ts";
import { type Ask, PushRoom } from "./push_room.ts";
import { snapshotFrame, StreamRoom, targetFrame } from "./stream_room.ts";
import { makeToken } from "./token_entries.ts";

interface Case {
  readonly what: string;
  readonly token?: ReturnType<typeof makeToken>;
  readonly ask: Ask;
  readonly target?: Partial<TargetFrame>;
  readonly snapshot?: SnapshotFrame;
  /** `undefined` where it is taken. */
  readonly reason: RefusalReason | undefined;
}

const LIMITS = { maxBodyBytes: 1_000, maxUnpackedBytes: 5_000, maxMemoryBytes: 900, maxTargets: 2 };
const OTHER = makeToken("other");

function packed(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(new Uint8Array(bytes)));
}

function gzipFrame(bytes: number): SnapshotFrame {
  const payload = packed(bytes);
  return snapshotFrame("", {
    ...{ encoding: "gzip", bodyBytes: bytes, checksum: checksum(new Uint8Array(bytes)) },
    ...{ sentBytes: payload.length, payload },
  });
}

const CASES: readonly Case[] = [
  { what: "a snapshot", ask: { body: "x 1\n" }, reason: undefined },
  {
    what: "a foreign path",
    token: makeToken("scoped", { targets: ["b/*"] }),
    ask: { body: "x" },
    reason: "forbidden",
  },
  {
    what: "another token's target",
    ask: { path: "/metrics/a/taken", body: "x" },
    target: { instance: "taken" },
    reason: "conflict",
  },
  {
    what: "a name that may not be",
    ask: { path: "/metrics/a/..", body: "x" },
    target: { instance: ".." },
    reason: "bad_name",
  },
  {
    what: "labels that are wrong",
    ask: { headers: { "Prompipe-Labels": "job=x" }, body: "x" },
    target: { labels: "job=x" },
    reason: "bad_header",
  },
  {
    what: "a body that is too large",
    ask: { body: "x".repeat(1_001) },
    snapshot: snapshotFrame("x".repeat(1_001)),
    reason: "too_large",
  },
  {
    what: "the same for this token only",
    token: makeToken("small", { maxBodyBytes: 5 }),
    ask: { body: "x".repeat(6) },
    snapshot: snapshotFrame("x".repeat(6)),
    reason: "too_large",
  },
  {
    what: "a body that unpacks to too much",
    ask: { headers: { "Content-Encoding": "gzip" }, body: packed(5_001) },
    snapshot: gzipFrame(5_001),
    reason: "too_large",
  },
  {
    what: "no memory left",
    ask: { body: "x".repeat(901) },
    snapshot: snapshotFrame("x".repeat(901)),
    reason: "no_room",
  },
  {
    what: "no targets left to this token",
    token: makeToken("one", { maxTargets: 1 }),
    ask: { body: "x" },
    reason: "no_room",
  },
  {
    what: "too many pushes",
    token: makeToken("slow", { pushesPerMinute: 1 }),
    ask: { body: "x" },
    reason: "too_many_requests",
  },
];

async function byPut({ token, ask }: Case) {
  const room = new PushRoom(LIMITS, [OTHER.entry, ...(token === undefined ? [] : [token.entry])]);
  await room.ask({
    ...{ path: "/metrics/a/taken", authorization: OTHER.authorization, body: "x" },
  });
  const authorization = token?.authorization;
  const asked = { ...ask, ...(authorization === undefined ? {} : { authorization }) };
  if (token?.entry.name === "slow") await room.ask(asked);
  if (token?.entry.name === "one") await room.ask({ ...asked, path: "/metrics/a/first" });
  await (await room.ask(asked)).body?.cancel();
  return {
    reason: room.refused.at(-1),
    conflicts: room.conflicts,
    state: room.read().state,
    targets: room.store.size,
  };
}

async function byStream({ token, target, snapshot = snapshotFrame("x 1\n") }: Case) {
  const entries = [OTHER.entry, ...(token === undefined ? [] : [token.entry])];
  using room = new StreamRoom(LIMITS, entries);
  const other = await room.greeted({ authorization: OTHER.authorization });
  await other.say(targetFrame({ instance: "taken" }), snapshotFrame("x"));
  const stream = await room.greeted({ authorization: token?.authorization });
  const frames: Frame[] = [targetFrame(target), snapshot];
  if (token?.entry.name === "slow") frames.push(snapshot);
  if (token?.entry.name === "one") {
    frames.unshift(targetFrame({ instance: "first" }), snapshot, {
      ...{ type: "end", channel: 0, forget: false },
    });
  }
  await stream.say(...frames);
  return {
    reason: room.refused.at(-1),
    // Both its target and its snapshot are refused.
    conflicts: room.conflicts.slice(0, 1),
    state: (await room.scrape()).state,
    targets: room.store.size,
  };
}

for (const each of CASES) {
  Deno.test(`a PUT and a stream are treated alike: ${each.what}`, async () => {
    const put = await byPut(each);
    const stream = await byStream(each);
    assertEquals(stream, put);
    assertEquals(put.reason, each.reason);
  });
}
