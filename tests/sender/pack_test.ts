import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { pack } from "../../sender/pack.ts";

const SYNC_LIMIT = 256 * 1024;

Deno.test("pack() makes gzip that unpacks to the same bytes", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (body) => {
    assertEquals(new Uint8Array(gunzipSync(await pack(body))), new Uint8Array(body));
  }));
});

Deno.test("pack() does so for bodies around and beyond what it packs at once", async () => {
  for (const size of [0, SYNC_LIMIT - 1, SYNC_LIMIT, SYNC_LIMIT + 1, 5 * SYNC_LIMIT]) {
    const body = new Uint8Array(size).map((_, index) => index % 251);
    const packed = await pack(body);
    assertEquals(new Uint8Array(gunzipSync(packed)), body);
    assert(size === 0 || packed.length < size / 10, `${size} became ${packed.length}`);
  }
});

Deno.test("pack() of a large body lets others have their turn", async () => {
  const parts = 8;
  const body = new Uint8Array(parts * SYNC_LIMIT).map((_, index) => index * index % 251);
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await pack(body);
  isOver = true;
  assert(turns >= parts - 1, `${turns} turns`);
});
