import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseTargetPattern } from "../../receiver/target_pattern.ts";

function matches(pattern: string, job: string, instance: string): boolean {
  const parsed = parseTargetPattern(pattern);
  assert(parsed !== undefined, pattern);
  return parsed.matches({ job, instance });
}

Deno.test("parseTargetPattern() matches job and instance, each by itself", () => {
  const table: [pattern: string, job: string, instance: string, expected: boolean][] = [
    ["greenhouse/*", "greenhouse", "rpi", true],
    ["greenhouse/*", "greenhouse2", "rpi", false],
    ["greenhouse/*", "agreenhouse", "rpi", false],
    ["greenhouse/*", "Greenhouse", "rpi", false],
    ["*/rpi-*", "any", "rpi-1", true],
    ["*/rpi-*", "any", "rpi-", true],
    ["*/rpi-*", "any", "rpi", false],
    ["*/rpi-*", "any", "xrpi-1", false],
    ["*/*", "a", "b", true],
    ["a/b", "a", "b", true],
    ["a/b", "b", "a", false],
    ["a*c*e/x", "abcde", "x", true],
    ["a*c*e/x", "ace", "x", true],
    ["a*c*e/x", "aec", "x", false],
    ["ab*b/x", "ab", "x", false],
    ["ab*b/x", "abb", "x", true],
    ["*aa*aa*/x", "aaa", "x", false],
    ["*aa*aa*/x", "aaaa", "x", true],
    ["**/x", "anything", "x", true],
    // A name may hold a slash; a star stays within its own name all the same.
    ["a/*", "a/b", "c", false],
    ["a*/c", "a/b", "c", true],
    ["a%2Fb/*", "a/b", "c", true],
    ["a/*", "a", "b/c", true],
    ["*/c", "a", "b/c", false],
    // What stands in a name by itself is written as in a path.
    ["50%25/x", "50%", "x", true],
    ["%2A/x", "*", "x", true],
    ["%2A/x", "a", "x", false],
    ["b%C3%BCro/x", "büro", "x", true],
    ["büro/x", "büro", "x", true],
    // No sign but the star stands for anything else.
    ["a.c/x", "abc", "x", false],
    ["[ab]/x", "a", "x", false],
    ["a?/x", "ab", "x", false],
  ];
  for (const [pattern, job, instance, expected] of table) {
    assertEquals(matches(pattern, job, instance), expected, `${pattern} ${job} ${instance}`);
  }
});

Deno.test("parseTargetPattern() takes nothing that is no job and instance", () => {
  for (const text of ["", "a", "*", "/", "a/", "/b", "a/b/c", "a/b/", "50%/x", "%FF/x", "%/*"]) {
    assertEquals(parseTargetPattern(text), undefined, text);
  }
});

const NAME = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "%", "ü", "🌱"), minLength: 1 });
const PIECES = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "/", "🌱") }), {
  minLength: 1,
  maxLength: 4,
});

Deno.test("parseTargetPattern() agrees with a regular expression for any pattern and name", () => {
  fc.assert(
    fc.property(PIECES, PIECES, NAME, NAME, (job, instance, jobName, instanceName) => {
      const [left, right] = [job, instance].map((it) => it.map(encodeURIComponent).join("*"));
      fc.pre(left !== "" && right !== "");
      const [first, second] = [job, instance].map((it) => new RegExp(`^${it.join(".*")}$`, "su"));
      assertEquals(
        matches(`${left}/${right}`, jobName, instanceName),
        first!.test(jobName) && second!.test(instanceName),
      );
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("parseTargetPattern() matches what it is made of, with anything for its stars", () => {
  fc.assert(fc.property(PIECES, NAME, NAME, (pieces, filling, instance) => {
    const pattern = pieces.map(encodeURIComponent).join("*");
    fc.pre(pattern !== "");
    assertEquals(matches(`${pattern}/*`, pieces.join(filling), instance), true);
  }));
});

Deno.test("parseTargetPattern() looks at each piece once, however many stars there are", () => {
  // With backtracking this would be 100 over 50 tries: it would never end.
  assertEquals(matches(`${"*a".repeat(100)}*b/x`, "a".repeat(200), "x"), false);
});
