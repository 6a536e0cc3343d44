import { assertEquals, assertRejects } from "@std/assert";
import { SpareFiles } from "../../sender/spare_files.ts";

Deno.test("SpareFiles has idle connections closed where no file is left, once a second", async () => {
  let nowMs = 0;
  let closed = 0;
  const files = new SpareFiles({ closeIdle: () => closed++, now: () => nowMs });
  const fails = (error: Error) => assertRejects(() => files.watch(() => Promise.reject(error))());
  const starved = Object.assign(new Error("connect"), { code: "EMFILE" });
  await fails(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));
  assertEquals(closed, 0);
  await fails(new TypeError("fetch failed", { cause: starved }));
  await fails(starved);
  assertEquals(closed, 1);
  nowMs = 1_000;
  await fails(new Error("tcp connect error: Too many open files (os error 24)"));
  assertEquals(closed, 2);
});

Deno.test("SpareFiles.watch() hands on arguments, what came, and what went wrong", async () => {
  const files = new SpareFiles({ closeIdle() {}, now: () => 0 });
  const sum = files.watch((a: number, b: number) => Promise.resolve(a + b));
  assertEquals(await sum(1, 2), 3);
  const fault = new Error("no");
  assertEquals(await assertRejects(() => files.watch(() => Promise.reject(fault))()), fault);
});
