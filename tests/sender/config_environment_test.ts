import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fillIn } from "../../sender/config_environment.ts";

const text = fc.string({ unit: fc.constantFrom(..."${}aA_1 ", "${A}", "$${", "${B}") });
const json = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    text,
    fc.constantFrom(null, 1, true),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "__proto__", "${A}"), tie("any"), { maxKeys: 3 }),
  ),
})).any;

Deno.test("fillIn() changes nothing that holds no ${", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    fc.pre(!JSON.stringify(value).includes("${"));
    const { value: filled, faults } = fillIn(value, () => "never");
    assertEquals([filled, faults], [value, []]);
  }));
});

Deno.test("fillIn() takes values as they are, however they look, and escapes come out plain", () => {
  fc.assert(fc.property(text, text, (before, value) => {
    const escaped = before.replaceAll("${", () => "$${");
    // What stands before it would make an escape of it.
    fc.pre(!before.endsWith("$"));
    const { value: filled, faults } = fillIn(`${escaped}\${A}`, () => value);
    assertEquals(faults, []);
    assertEquals(filled, before + value);
  }));
});

Deno.test("fillIn() answers any JSON, of the same shape, with a fault for each that isn't set", () => {
  fc.assert(fc.property(json, (value) => {
    const { value: filled, faults } = fillIn(value, (name) => name === "A" ? "x" : undefined);
    const shape = (each: unknown) =>
      JSON.stringify(each, (_, one) => typeof one === "string" ? "" : one);
    assertEquals(shape(filled), shape(value));
    for (const { text } of faults) {
      assert(!/\p{Cc}/u.test(text) && !text.includes("undefined"), text);
    }
  }));
});
