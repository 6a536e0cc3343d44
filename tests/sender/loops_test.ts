import { assert, assertEquals } from "@std/assert";
import { Loops } from "../../sender/loops.ts";
import type { Pair } from "../../sender/pair.ts";
import { makeDestination, makePair } from "../fakes/pair.ts";

/** Loops that only wait for their end; `events` tells of starts and ends. */
function start() {
  const events: [string, Pair, number?][] = [];
  const loops = new Loops(async (pair, { firstDelayMs, signal }) => {
    events.push(["start", pair, firstDelayMs]);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await Promise.resolve();
    events.push(["end", pair]);
  });
  return { loops, events };
}

function pairTo(instance: string, overrides: Partial<Pair> = {}): Pair {
  const destination = makeDestination(`http://push.example/metrics/node/${instance}`, {
    bearerToken: "x".repeat(16),
  });
  return makePair({ destinations: [destination], ...overrides });
}

Deno.test("Loops.apply() leaves alone what stays, and ends what goes before new ones start", async () => {
  const { loops, events } = start();
  const [a, b, c] = [pairTo("a"), pairTo("b"), pairTo("c")];
  await loops.apply([a, b]);
  assertEquals(events.splice(0), [["start", a, 0], ["start", b, 2_000]]);

  const slower = pairTo("b", { intervalMs: 8_000 });
  const changes = await loops.apply([c, structuredCloneOf(a), slower]);
  assertEquals(events.splice(0), [["end", b], ["start", c, 0], ["start", slower, 4_000]]);
  assertEquals(changes, { kept: 1, added: [c, slower], removed: [b] });
  assert(loops.pairs.includes(a), "the pair that stays is another object");

  assertEquals(await loops.apply([]), { kept: 0, added: [], removed: [a, c, slower] });
  assertEquals(events.map(([event]) => event), ["end", "end", "end"]);
});

Deno.test("Loops.apply() tells pairs apart by all that they say", async () => {
  const pair = pairTo("a", { labels: { site: "x" } });
  const [to] = pair.destinations;
  const others: Partial<Pair>[] = [
    { labels: { site: "y" } },
    { intervalMs: 1 },
    { destinations: [{ ...to, bearerToken: "y".repeat(16) }] },
    { destinations: [to, { ...to, url: new URL("http://b.example/metrics/node/a") }] },
    { source: { ...pair.source, headers: { a: "b" } } },
    { source: { ...pair.source, socketPath: "/run/x.sock" } },
  ];
  for (const other of others) {
    const { loops } = start();
    await loops.apply([pair]);
    assertEquals((await loops.apply([{ ...pair, ...other }])).kept, 0, JSON.stringify(other));
    await loops.apply([]);
  }
});

/** The same config, read again. */
function structuredCloneOf(pair: Pair): Pair {
  const { source, destinations: [to] } = pair;
  return {
    ...pair,
    source: { ...source, url: new URL(source.url) },
    destinations: [{ ...to, url: new URL(to.url) }],
  };
}
