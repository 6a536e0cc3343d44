import { assertEquals } from "@std/assert";
import { BodyBudget } from "../../receiver/body_budget.ts";

const LIMITS = { smallBytes: 10, largeBytes: 100, maxWaiting: 2, ownerShare: 1 };
const NEVER = new AbortController().signal;

/** What a promise has come to by now: `undefined` while it waits. */
async function soFar<T>(promise: Promise<T>): Promise<T | undefined> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  return await Promise.race([promise, Promise.resolve(undefined)]);
}

Deno.test("BodyShare.grow() charges what a small body holds, up to what there is", () => {
  const budget = new BodyBudget(() => {}, LIMITS);
  const [a, b] = [budget.open("a"), budget.open("a")];
  assertEquals([a.grow(4), a.grow(8), budget.usedBytes], [true, true, 8]);
  assertEquals([b.grow(3), b.grow(2), budget.usedBytes], [false, true, 10]);
  assertEquals([a.grow(9), budget.usedBytes], [false, 10]);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  assertEquals([b.grow(10), budget.usedBytes], [true, 10]);
});

Deno.test("BodyShare.reserve() lets large bodies in as room comes, in their order", async () => {
  const budget = new BodyBudget(() => {}, LIMITS);
  const shares = Array.from({ length: 3 }, () => budget.open("a"));
  const [a, b, c] = shares.map((share, i) => share.reserve([90, 20, 5][i]!, NEVER));
  assertEquals([await a, await soFar(b!), await soFar(c!)], [true, undefined, undefined]);
  shares[0]![Symbol.dispose]();
  assertEquals([await b, await c, budget.usedBytes], [true, true, 25]);
});

Deno.test("BodyShare.reserve() turns away who finds too many waiting, or has waited too long", async () => {
  const budget = new BodyBudget(() => {}, LIMITS);
  const shares = Array.from({ length: 5 }, () => budget.open("a"));
  const patience = new AbortController();
  await shares[0]!.reserve(100, NEVER);
  const second = shares[1]!.reserve(50, patience.signal);
  const third = shares[2]!.reserve(1, NEVER);
  assertEquals(await shares[3]!.reserve(1, NEVER), false);
  patience.abort();
  assertEquals([await second, await soFar(third)], [false, undefined]);
  shares[0]![Symbol.dispose]();
  assertEquals([await third, budget.usedBytes], [true, 1]);
});

Deno.test("BodyShare.reserve() lets one that is larger than all there is pass alone", async () => {
  const budget = new BodyBudget(() => {}, LIMITS);
  const [large, small] = [budget.open("a"), budget.open("a")];
  assertEquals(await large.reserve(1_000, NEVER), true);
  const waiting = small.reserve(1, NEVER);
  assertEquals(await soFar(waiting), undefined);
  large[Symbol.dispose]();
  assertEquals(await waiting, true);
});

Deno.test("BodyShare.reserve() lets in who stands behind one that gave up", async () => {
  const budget = new BodyBudget(() => {}, LIMITS);
  const [held, large, small] = [budget.open("a"), budget.open("a"), budget.open("a")];
  const patience = new AbortController();
  await held.reserve(60, NEVER);
  const [gaveUp, behind] = [large.reserve(50, patience.signal), small.reserve(40, NEVER)];
  assertEquals(await soFar(behind), undefined);
  patience.abort();
  assertEquals([await gaveUp, await behind, budget.usedBytes], [false, true, 100]);
});

Deno.test("BodyBudget asks for a collection after each 32 MiB of large bodies", async () => {
  let collections = 0;
  const budget = new BodyBudget(() => collections++);
  for (const [bytes, expected] of [[16, 0], [15, 0], [1, 1], [31, 1], [40, 2], [31, 2]] as const) {
    using share = budget.open("a");
    await share.reserve(bytes * 1024 * 1024, NEVER);
    share[Symbol.dispose]();
    assertEquals(collections, expected);
  }
});

Deno.test("BodyBudget leaves room of every kind to others, however much one token wants", async () => {
  const budget = new BodyBudget(() => {}, { ...LIMITS, maxWaiting: 4, ownerShare: 0.75 });
  const [flood, other] = [() => budget.open("flood"), () => budget.open("other")];
  assertEquals([flood().grow(8), flood().grow(7), flood().grow(1)], [false, true, false]);
  assertEquals([other().grow(4), other().grow(3)], [false, true]);

  const got = await Promise.all([flood().reserve(50, NEVER), flood().reserve(25, NEVER)]);
  const waiting = [1, 2, 3].map(() => flood().reserve(1, NEVER));
  assertEquals([got, await flood().reserve(1, NEVER)], [[true, true], false]);
  assertEquals(await other().reserve(25, NEVER), true);
  assertEquals(await Promise.all(waiting.map(soFar)), [undefined, undefined, undefined]);
  assertEquals(await soFar(other().reserve(25, NEVER)), undefined);
});

Deno.test("BodyShare.reserve() lets in first whose token has the least, and nobody pass it", async () => {
  const budget = new BodyBudget(() => {}, { ...LIMITS, maxWaiting: 9, ownerShare: 0.75 });
  const shares = [25, 25, 25].map((bytes) => ({ bytes, share: budget.open("flood") }));
  for (const { bytes, share } of shares) await share.reserve(bytes, NEVER);
  const more = [1, 1].map((bytes) => budget.open("flood").reserve(bytes, NEVER));
  const late = budget.open("other").reserve(60, NEVER);
  shares[0]!.share[Symbol.dispose]();
  assertEquals([await soFar(late), await soFar(more[0]!)], [undefined, undefined]);
  shares[1]!.share[Symbol.dispose]();
  assertEquals([await late, await more[0], await more[1], budget.usedBytes], [
    true,
    true,
    true,
    87,
  ]);
});
