import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { acceptsEncoding } from "../../receiver/accept_encoding.ts";

Deno.test("acceptsEncoding() reads weights and wildcards", () => {
  for (
    const [header, accepted] of [
      [null, false],
      ["", false],
      ["gzip", true],
      ["GZip", true],
      ["deflate, gzip", true],
      ["deflate,gzip;q=0.001", true],
      ["gzip;q=1.000", true],
      ["gzip ; q=0.5", true],
      ["*", true],
      ["*;q=0.1, br", true],
      ["gzip, *;q=0", true],
      ["gzip;q=0", false],
      ["gzip;q=0.000", false],
      ["gzip; q=0", false],
      ["gzip;Q=0", false],
      ["gzip;q=0, *", false],
      ["*, gzip;q=0", false],
      ["*;q=0", false],
      ["identity", false],
      ["br, zstd", false],
      ["gzipped", false],
      ["xgzip", false],
      ["gzip;q=x", false],
      [";;,,;q=", false],
    ] as const
  ) assertEquals(acceptsEncoding(header, "gzip"), accepted, String(header));
});

Deno.test("acceptsEncoding() decides for each encoding by itself", () => {
  assertEquals(acceptsEncoding("gzip;q=0, zstd", "zstd"), true);
  assertEquals(acceptsEncoding("gzip, zstd;q=0", "zstd"), false);
  assertEquals(acceptsEncoding("gzip", "zstd"), false);
});

Deno.test("acceptsEncoding() never takes an encoding that no part of the header names", () => {
  const part = fc.string({ unit: fc.constantFrom(..."gzip;=q01., *x"), maxLength: 30 });
  fc.assert(fc.property(part, (header) => {
    if (!header.includes("*") && !header.includes("gzip")) {
      assertEquals(acceptsEncoding(header, "gzip"), false);
    }
  }));
});
