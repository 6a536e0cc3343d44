import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { exponent } from "../../bench/fit.ts";

const XS = [100, 1_000, 10_000, 100_000];

for (const k of [0, 0.5, 1, 2]) {
  Deno.test(`exponent() finds ${k} in y = 7·x^${k}`, () => {
    const found = exponent(XS.map((x) => ({ x, y: 7 * x ** k })));
    assert(Math.abs(found - k) < 1e-9, `${found}`);
  });
}

Deno.test("exponent() of points off their line is that of the line between them", () => {
  // A tenth more and a tenth less, in turns.
  const found = exponent(XS.map((x, i) => ({ x, y: x * (i % 2 === 0 ? 1.1 : 0.9) })));
  assert(Math.abs(found - 1) < 0.05 && found !== 1, `${found}`);
});

Deno.test("exponent() refuses what has no logarithm, and what has but one place", () => {
  assertStringIncludes(
    String(assertThrows(() => exponent([{ x: 1, y: 0 }, { x: 2, y: 1 }]))),
    "above 0",
  );
  assertStringIncludes(
    String(assertThrows(() => exponent([{ x: 1, y: -1 }, { x: 2, y: 1 }]))),
    "above 0",
  );
  assertStringIncludes(
    String(assertThrows(() => exponent([{ x: 3, y: 1 }, { x: 3, y: 2 }]))),
    "two places",
  );
  assertStringIncludes(String(assertThrows(() => exponent([]))), "two places");
});
