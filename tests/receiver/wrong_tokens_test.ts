import { assertEquals } from "@std/assert";
import { WrongTokens } from "../../receiver/wrong_tokens.ts";

Deno.test("WrongTokens.count() stops an address after 60 in a window of a minute", () => {
  let nowMs = 5_000;
  const wrongTokens = new WrongTokens(() => nowMs);
  for (let count = 1; count <= 60; count++) assertEquals(wrongTokens.count("a"), undefined);
  for (
    const [atMs, address, seconds] of [
      [5_000, "a", 60],
      [5_001, "a", 60],
      [6_000, "a", 59],
      [6_000, "b", undefined],
      [64_001, "a", 1],
      [64_999, "a", 1],
      [65_000, "a", undefined],
    ] as const
  ) {
    nowMs = atMs;
    assertEquals(wrongTokens.count(address), seconds, `${address} at ${atMs}`);
  }
  for (let count = 2; count <= 60; count++) assertEquals(wrongTokens.count("a"), undefined);
  assertEquals(wrongTokens.count("a"), 60, "the new window starts with the first count in it");
});

Deno.test("WrongTokens.count() counts 10,000 addresses at most, and goes on counting those", () => {
  const wrongTokens = new WrongTokens(() => 0);
  for (let count = 0; count < 60; count++) wrongTokens.count("0");
  for (let address = 1; address < 10_000; address++) wrongTokens.count(String(address));
  for (let count = 0; count < 100; count++) assertEquals(wrongTokens.count("new"), undefined);
  assertEquals(wrongTokens.count("0"), 60);
});
