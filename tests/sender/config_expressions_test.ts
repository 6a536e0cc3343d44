import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { findExpressionFaults } from "../../sender/config_expressions.ts";
import { randomSecret } from "../fakes/random_secret.ts";

Deno.test("findExpressionFaults() names each expression that RE2 doesn't take", async () => {
  const json = {
    keep: ["node_.*", "a(", "(?=a)"],
    pairs: [{ drop: ["[z-a]", "\\pL+", "(?i)x"] }, {}],
    sources: [{ keep: ["a**", 7] }],
    drop: "no list",
  };
  const faults = await findExpressionFaults({ json, filled: json });
  assertEquals(faults.map(({ text }) => text), [
    `"keep[1]" must be a regular expression in RE2's syntax; "a(" is none: missing closing )`,
    `"keep[2]" must be a regular expression in RE2's syntax; "(?=a)" is none: ` +
    "invalid or unsupported Perl syntax",
    `"pairs[0].drop[0]" must be a regular expression in RE2's syntax; "[z-a]" is none: ` +
    "invalid character class range",
    `"sources[0].keep[0]" must be a regular expression in RE2's syntax; "a**" is none: ` +
    "invalid nested repetition operator",
  ]);
});

Deno.test("findExpressionFaults() shows no variable's value", async () => {
  const secret = randomSecret();
  const faults = await findExpressionFaults({
    json: { keep: ["${SECRET}("] },
    filled: { keep: [`${secret}(`] },
  });
  assertEquals(faults.map(({ text }) => text), [
    `"keep[0]" must be a regular expression in RE2's syntax; "\${SECRET}(" is none: ` +
    "missing closing )",
  ]);
});

Deno.test("findExpressionFaults() answers any expression, in one line", async () => {
  const unit = fc.constantFrom(
    ..."()[]{}*+?|\\.^$-,a1:=<!P\n😀",
    ...["\\p{L}", "[[:alpha:]]", "{1000}", "(?i)", "\\Q", "\\E"],
  );
  await fc.assert(fc.asyncProperty(fc.string({ unit, maxLength: 20 }), async (expression) => {
    const json = { keep: [expression] };
    for (const { text } of await findExpressionFaults({ json, filled: json })) {
      assert(text.startsWith('"keep[0]" must be ') && !/\p{Cc}/u.test(text), text);
    }
  }));
});
