import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../protocol/mod.ts";

Deno.test("parseDuration() reads what Prometheus reads, and nothing else", () => {
  for (
    const [text, ms] of [
      ["0", 0],
      ["0s", 0],
      ["500ms", 500],
      ["4s", 4_000],
      ["1m30s", 90_000],
      ["90s", 90_000],
      ["1h0m1ms", 3_600_001],
      ["1d", 86_400_000],
      ["1w", 604_800_000],
      ["1y", 31_536_000_000],
      ["007s", 7_000],
      ["", undefined],
      ["1", undefined],
      ["s", undefined],
      ["-1s", undefined],
      ["+1s", undefined],
      ["1.5s", undefined],
      ["1e3s", undefined],
      [" 1s", undefined],
      ["1s\n", undefined],
      ["1 s", undefined],
      ["1S", undefined],
      ["1s1m", undefined],
      ["1s1s", undefined],
      ["1µs", undefined],
      ["١s", undefined],
      ["9007199254740993ms", undefined],
      ["9".repeat(400) + "s", undefined],
    ] as const
  ) assertEquals(parseDuration(text), ms, text);
});

Deno.test("formatDuration() writes the shortest of several ways", () => {
  for (
    const [ms, text] of [
      [0, "0s"],
      [-5, "0s"],
      [0.4, "0s"],
      [0.5, "1ms"],
      [500, "500ms"],
      [90_000, "1m30s"],
      [86_400_000, "1d"],
      [31_536_000_001, "1y1ms"],
    ] as const
  ) assertEquals(formatDuration(ms), text);
});

Deno.test("parseDuration() reads what formatDuration() writes", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (ms) => {
    assertEquals(parseDuration(formatDuration(ms)), ms);
  }));
});
