import { assertEquals, assertThrows } from "@std/assert";
import { figure, ratio } from "../../bench/figure.ts";

Deno.test("figure() tells the middle, the least and the most, whatever the order", () => {
  assertEquals(figure([9, 1, 5], "s"), { median: 5, min: 1, max: 9, unit: "s" });
  assertEquals(figure([2], "B"), { median: 2, min: 2, max: 2, unit: "B" });
  assertThrows(() => figure([], "s"));
});

Deno.test("ratio() is that of the medians, between the worst and the best of the rounds", () => {
  const one = { median: 10, min: 8, max: 12, unit: "s" };
  const other = { median: 5, min: 4, max: 8, unit: "s" };
  assertEquals(ratio(one, other), { median: 2, min: 1, max: 3, unit: "×" });
});
