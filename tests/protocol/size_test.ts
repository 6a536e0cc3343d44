import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatSize, parseSize } from "../../protocol/mod.ts";

Deno.test("parseSize() reads whole numbers of the four units, and nothing else", () => {
  for (
    const [text, bytes] of [
      ["0B", 0],
      ["1B", 1],
      ["512KiB", 524_288],
      ["10MiB", 10_485_760],
      ["1GiB", 1_073_741_824],
      ["", undefined],
      ["1", undefined],
      ["KiB", undefined],
      ["-1KiB", undefined],
      ["1.5MiB", undefined],
      ["1 MiB", undefined],
      ["1MiB\n", undefined],
      ["1MB", undefined],
      ["1mib", undefined],
      ["1e3B", undefined],
      ["9007199254740992B", undefined],
      ["8388608GiB", undefined],
    ] as const
  ) assertEquals(parseSize(text), bytes, text);
});

Deno.test("formatSize() writes one decimal at the most", () => {
  for (
    const [bytes, text] of [
      [0, "0B"],
      [1023, "1023B"],
      [1024, "1KiB"],
      [9_500, "9.3KiB"],
      [10_485_760, "10MiB"],
      [1_610_612_736, "1.5GiB"],
    ] as const
  ) assertEquals(formatSize(bytes), text);
});

Deno.test("parseSize() reads what formatSize() writes of whole units", () => {
  const size = fc.tuple(fc.integer({ min: 1, max: 1023 }), fc.constantFrom(0, 10, 20, 30));
  fc.assert(fc.property(size, ([count, power]) => {
    assertEquals(parseSize(formatSize(count * 2 ** power)), count * 2 ** power);
  }));
});
