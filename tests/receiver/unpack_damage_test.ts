// Damaged bodies: none is taken for what it is not, and none ends the process.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Encoding } from "../../receiver/snapshot.ts";
import { checkPacked } from "../../receiver/unpack.ts";
import { Uncaught } from "../fakes/uncaught.ts";
import { gzipped } from "./packings.ts";

const params = { [constants.ZSTD_c_checksumFlag]: 1 };

Deno.test("checkPacked() takes a damaged gzip body only if it says the same as before", async () => {
  await fc.assert(
    fc.asyncProperty(gzipped, fc.nat({ max: 7 }), async ({ data, packed }, bit) => {
      for (let at = 0; at < packed.length; at++) {
        const damaged = flip(packed, at, 1 << bit);
        if (await answer(damaged, "gzip") === "ok") {
          assertEquals(new Uint8Array(gunzipSync(damaged)), data, `byte ${at}`);
        }
      }
    }),
    { numRuns: 10 },
  );
});

Deno.test("checkPacked() takes a damaged zstd body with a checksum only if it says the same", async () => {
  const data = new TextEncoder().encode("a_total 12345\n".repeat(20) + crypto.randomUUID());
  const packed = new Uint8Array(zstdCompressSync(data, { params }));
  for (let at = 0; at < packed.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = flip(packed, at, 1 << bit);
      if (await answer(damaged, "zstd") === "ok") {
        assertEquals(new Uint8Array(zstdDecompressSync(damaged)), data, `byte ${at}, bit ${bit}`);
      }
    }
  }
});

for (const [encoding, pack] of [["gzip", gzipSync], ["zstd", zstdCompressSync]] as const) {
  Deno.test(`checkPacked() refuses ${encoding} damaged far in, and nothing goes uncaught`, async () => {
    // Unpacks to several chunks; the damage shows after the first of them has come out.
    const noise = crypto.getRandomValues(new Uint8Array(1_000));
    const packed = new Uint8Array(
      pack(new Uint8Array([...new Uint8Array(300_000), ...noise]), { params }),
    );
    for (const at of [packed.length - 500, packed.length - 3]) {
      using uncaught = new Uncaught();
      assertEquals(await answer(flip(packed, at, 0x55), encoding), "broken_body");
      assertEquals(uncaught.errors, []);
    }
  });
}

/** The reason for refusing the body, `ok`, or the error that went uncaught instead. */
async function answer(body: Uint8Array, encoding: Encoding): Promise<string> {
  const { promise: lost, resolve } = Promise.withResolvers<string>();
  const onError = (event: ErrorEvent) => resolve(event.message);
  globalThis.addEventListener("error", onError);
  const checked = checkPacked(body, encoding, 10_000_000).then((it) => it.ok ? "ok" : it.reason);
  try {
    return await Promise.race([checked, lost]);
  } finally {
    globalThis.removeEventListener("error", onError);
  }
}

function flip(bytes: Uint8Array, at: number, bits: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[at]! ^= bits;
  return flipped;
}
