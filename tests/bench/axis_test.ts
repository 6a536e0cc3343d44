import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { axisOf } from "../../bench/axis.ts";
import { figure } from "../../bench/figure.ts";

const PLACE = { from: 100, to: 500 };

Deno.test("axisOf() with a logarithm goes from one power of ten to another", () => {
  const axis = axisOf([figure([3, 20], ""), figure([800], "")], { ...PLACE, log: true });
  assertEquals(axis.ticks, [1, 10, 100, 1_000]);
  assertEquals([1, 1_000].map((value) => Math.round(axis.at(value))), [100, 500]);
  assert(axis.at(100) - axis.at(10) - (axis.at(10) - axis.at(1)) < 1e-9);
  assertEquals(axis.at(0), 100);
});

Deno.test("axisOf() of bytes marks what reads well in KiB and MiB", () => {
  const axis = axisOf([figure([700, 900_000], "B")], { ...PLACE, log: true });
  assertEquals(axis.ticks, [100, 1024, 10_240, 102_400, 2 ** 20]);
});

Deno.test("axisOf() without a logarithm goes from 0 to the most of all rounds", () => {
  const axis = axisOf([figure([3, 20], ""), figure([12], "")], { ...PLACE, log: false });
  assertEquals(axis.ticks, [0, 5, 10, 15, 20]);
  assertEquals([0, 10, 20].map(axis.at), [100, 300, 500]);
});

Deno.test("axisOf() of one value is an axis, and of none a fault", () => {
  assertEquals(axisOf([figure([10], "")], { ...PLACE, log: true }).ticks, [10, 100]);
  const fault = assertThrows(() => axisOf([], { ...PLACE, log: true }));
  assertStringIncludes(String(fault), "without figures");
});
