import { assertEquals } from "@std/assert";
import { RateLimiter } from "../../receiver/rate.ts";

/** Takes so many, all of which must be allowed. */
function takeAll(limiter: RateLimiter, perMinute: number): void {
  for (let i = 1; i <= perMinute; i++) {
    assertEquals(limiter.take("a", perMinute), undefined, `event ${i} of ${perMinute}`);
  }
}

Deno.test("RateLimiter.take() lets a minute's events pass at once, and not one more", () => {
  for (const perMinute of [1, 7, 60, 6_000, 9_999]) {
    const limiter = new RateLimiter(() => 5_000);
    takeAll(limiter, perMinute);
    assertEquals(limiter.take("a", perMinute), Math.ceil(60 / perMinute), `${perMinute} a minute`);
    assertEquals(limiter.take("b", perMinute), undefined, "another key");
  }
});

Deno.test("RateLimiter.take() gives events back evenly, and tells after how many seconds", () => {
  let nowMs = 0;
  const limiter = new RateLimiter(() => nowMs);
  takeAll(limiter, 6);
  for (
    const [atMs, seconds] of [
      [0, 10],
      [0, 10], // what is refused is not counted
      [1, 10],
      [4_000, 6],
      [9_990, 1],
      [10_000, undefined],
      [10_000, 10],
      [30_000, undefined],
      [30_000, undefined],
      [30_000, 10],
    ] as const
  ) {
    nowMs = atMs;
    assertEquals(limiter.take("a", 6), seconds, `at ${atMs}`);
  }
  nowMs = 3_600_000;
  takeAll(limiter, 6);
  assertEquals(limiter.take("a", 6), 10, "no more than a minute's events are saved up");
});

Deno.test("RateLimiter.take() counts so many keys, forgets those at rest, and never stops another", () => {
  let nowMs = 0;
  const limiter = new RateLimiter(() => nowMs, 2);
  for (const key of ["a", "b"]) assertEquals(limiter.take(key, 1), undefined);
  for (let i = 0; i < 3; i++) assertEquals(limiter.take("c", 1), undefined, "no room to count it");
  assertEquals(limiter.take("a", 1), 60);
  nowMs = 60_000;
  assertEquals(limiter.take("c", 1), undefined);
  assertEquals(limiter.take("c", 1), 60, "counted in the room of who is at rest");
});
