import { assertEquals } from "@std/assert";
import { nearest } from "../../protocol/nearest.ts";

const COMMANDS = ["receiver", "sender", "healthcheck", "completions", "man"];

Deno.test("nearest() suggests a word only where one is near", () => {
  for (
    const [word, meant] of [
      ["sender", "sender"],
      ["sendr", "sender"],
      ["sedner", "sender"],
      ["reciever", "receiver"],
      ["health", "healthcheck"],
      ["mna", undefined],
      ["x", undefined],
      ["prometheus", undefined],
      ["__proto__", undefined],
    ] as const
  ) assertEquals(nearest(word, COMMANDS), meant, word);
});

Deno.test("nearest() knows nothing where nothing is known", () => {
  assertEquals(nearest("sender", []), undefined);
});
