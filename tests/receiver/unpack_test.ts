import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import type { Encoding } from "../../receiver/snapshot.ts";
import { checkPacked, parseEncoding, unpack } from "../../receiver/unpack.ts";
import { gzipped, zstd } from "./packings.ts";

const MANY = 10_000_000;
const CHECKSUM_FLAG = constants.ZSTD_c_checksumFlag;

Deno.test("parseEncoding() takes gzip, zstd and none, and nothing else", () => {
  for (
    const [header, encoding] of [
      [null, "identity"],
      ["", "identity"],
      ["identity", "identity"],
      ["gzip", "gzip"],
      [" GZip ", "gzip"],
      ["x-gzip", "gzip"],
      ["zstd", "zstd"],
      ["br", undefined],
      ["deflate", undefined],
      ["gzip, gzip", undefined],
      ["gzip;q=1", undefined],
      ["gzip2", undefined],
      ["__proto__", undefined],
    ] as const
  ) assertEquals(parseEncoding(header), encoding, String(header));
});

Deno.test("checkPacked() takes what this runtime packs, however large", async () => {
  const text = new TextEncoder().encode(
    Array.from({ length: 12_000 }, (_, index) => `m{i="${index}"} ${Math.sqrt(index)}\n`).join(""),
  );
  for (const unpackedBytes of [10_000, 65_536, 131_072, 200_000, text.length]) {
    const data = text.subarray(0, unpackedBytes);
    for (const [encoding, pack] of [["gzip", gzipSync], ["zstd", zstdCompressSync]] as const) {
      const checked = await checkPacked(new Uint8Array(pack(data)), encoding, MANY);
      assertEquals(checked, { ok: true, unpackedBytes }, encoding);
    }
  }
});

Deno.test("checkPacked() takes every sound body and tells its size", async () => {
  for (const [encoding, bodies] of [["gzip", gzipped], ["zstd", zstd]] as const) {
    await fc.assert(fc.asyncProperty(bodies, async ({ data, packed }) => {
      const unpackedBytes = data.length;
      assertEquals(await checkPacked(packed, encoding, data.length), { ok: true, unpackedBytes });
      assertEquals(await checkPacked(data, "identity", data.length), { ok: true, unpackedBytes });
    }));
  }
});

Deno.test("checkPacked() refuses a body cut anywhere", async () => {
  for (const [encoding, bodies] of [["gzip", gzipped], ["zstd", zstd]] as const) {
    await fc.assert(
      fc.asyncProperty(bodies, async ({ packed }) => {
        for (let end = 0; end < packed.length; end++) {
          const cut = packed.slice(0, end);
          assertEquals(await reason(cut, encoding), "broken_body", `cut at ${end}`);
        }
      }),
      { numRuns: 10 },
    );
  }
});

Deno.test("checkPacked() refuses whatever follows a gzip body but another whole member", async () => {
  const rest = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 20 }),
    fc.nat({ max: 20 }).map((length) => new Uint8Array(length + 1)),
    fc.nat({ max: 19 }).map((end) => new Uint8Array(gzipSync("")).slice(0, end + 1)),
  );
  await fc.assert(fc.asyncProperty(gzipped, rest, async ({ data, packed }, rest) => {
    const whole = rest.length === 20 && rest[0] === 0x1f;
    const found = await reason(new Uint8Array([...packed, ...rest]), "gzip");
    assertEquals(found, whole ? "ok" : "broken_body");
    const twice = await checkPacked(new Uint8Array([...packed, ...packed]), "gzip", MANY);
    assertEquals(twice, { ok: true, unpackedBytes: data.length * 2 });
  }));
});

Deno.test("checkPacked() refuses one byte too many, and a bomb before its end", async () => {
  const zeros = new Uint8Array(4 * 2 ** 20);
  for (
    const [encoding, pack] of [["gzip", gzipSync], ["zstd", zstdCompressSync]] as const
  ) {
    const packed = new Uint8Array(pack(zeros, { params: { [CHECKSUM_FLAG]: 1 } }));
    assertEquals(await reason(packed, encoding, zeros.length), "ok");
    assertEquals(await reason(packed, encoding, zeros.length - 1), "too_large");
    // The checksum at its end is wrong, which shows only to who unpacks on to there.
    packed[packed.length - 1]! ^= 0xff;
    assertEquals(await reason(packed, encoding, 2 ** 20), "too_large", encoding);
  }
  assertEquals(await reason(zeros, "identity", zeros.length - 1), "too_large");
});

Deno.test("unpack() gives the exposition itself", async () => {
  for (const [encoding, bodies] of [["gzip", gzipped], ["zstd", zstd]] as const) {
    await fc.assert(fc.asyncProperty(bodies, async ({ data, packed }) => {
      const snapshot = { body: packed, contentType: "", encoding, unpackedBytes: data.length };
      assertEquals(await new Response(unpack(snapshot)).bytes(), data);
    }));
  }
});

Deno.test("unpack() can be left before its end", async () => {
  const body = new Uint8Array(gzipSync(crypto.getRandomValues(new Uint8Array(60_000))));
  const unpacked = unpack({ body, contentType: "", encoding: "gzip", unpackedBytes: 60_000 });
  const reader = new Response(unpacked).body!.getReader();
  await reader.read();
  await reader.cancel();
  assertEquals((await reader.read()).done, true);
});

async function reason(body: Uint8Array, encoding: Encoding, maxBytes = MANY): Promise<string> {
  const checked = await checkPacked(body, encoding, maxBytes);
  return checked.ok ? "ok" : checked.reason;
}
