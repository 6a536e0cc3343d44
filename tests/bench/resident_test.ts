import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { median, parseResident } from "../../bench/resident.ts";

const ROLLUP = `55d0c0a00000-7ffd2d9f2000 ---p 00000000 00:00 0    [rollup]
Rss:               35308 kB
Pss:               12004 kB
Private_Dirty:     10100 kB
Anonymous:         10000 kB
`;

Deno.test("parseResident() reads kilobytes of 1024 bytes, by name", () => {
  assertEquals(parseResident(ROLLUP), { all: 35_308 * 1024, anonymous: 10_000 * 1024 });
});

Deno.test("parseResident() names what is missing", () => {
  const error = assertThrows(() => parseResident("Rss: 1 kB\n"));
  assertStringIncludes(String(error), '"Anonymous"');
});

Deno.test("median() is the middle one, whatever the order", () => {
  assertEquals(median([9, 1, 5]), 5);
  assertThrows(() => median([]));
});
