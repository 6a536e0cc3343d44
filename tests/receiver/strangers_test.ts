import { assertEquals } from "@std/assert";
import { Strangers } from "../../receiver/strangers.ts";

/** Counts so many, none of which may be stopped. */
function countAll(strangers: Strangers, times: number, authorization: string | null): void {
  for (let i = 1; i <= times; i++) {
    assertEquals(strangers.count("2001:db8::1", authorization), undefined, `${i} of ${times}`);
  }
}

Deno.test("Strangers.count() stops an address after 60 wrong tokens, for a second each", () => {
  let nowMs = 5_000;
  const strangers = new Strangers(() => nowMs);
  countAll(strangers, 60, "Bearer wrong");
  assertEquals(strangers.count("2001:db8::1", "Bearer wrong"), 1);
  assertEquals(strangers.count("2001:db8::2", "Bearer wrong"), 1, "the same network");
  assertEquals(strangers.count("2001:db8:0:1::1", "Bearer wrong"), undefined, "another one");
  nowMs += 1_000;
  countAll(strangers, 1, "Bearer wrong");
  assertEquals(strangers.count("2001:db8::1", "Bearer wrong"), 1);
});

Deno.test("Strangers.count() stops an address after 12,000 requests without a token", () => {
  const strangers = new Strangers(() => 0);
  countAll(strangers, 12_000, null);
  assertEquals(strangers.count("2001:db8::1", null), 1);
  countAll(strangers, 60, "Bearer wrong");
});
