// Receivers and senders of streams that are killed, told to stop, or stopped for a while.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Receiver } from "../e2e/prompipe.ts";
import { IS_LONG, type Seen } from "./scenario.ts";
import { SCRAPE_TIMEOUT_S } from "./stream_watch.ts";
import { allOf, lasts, type Outcome, TTL_MS, type Way, Ways } from "./stream_ways.ts";

interface Kill {
  readonly name: string;
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGSTOP";
  readonly goneMs: number;
}

const RECEIVERS: readonly Kill[] = [
  { name: "receiver-kill-1", signal: "SIGKILL", goneMs: 1_000 },
  { name: "receiver-kill-6", signal: "SIGKILL", goneMs: 6_000 },
  { name: "receiver-term-1", signal: "SIGTERM", goneMs: 1_000 },
  ...IS_LONG
    ? [
      { name: "receiver-kill-60", signal: "SIGKILL", goneMs: 60_000 },
      { name: "receiver-stop-40", signal: "SIGSTOP", goneMs: 40_000 },
    ] as const
    : [],
];

/** One sender, and a receiver for each kill. */
export async function killedReceivers(seen: Seen): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const kills = await Promise.all(RECEIVERS.map(async (kill): Promise<Kill & Way> => {
    const receiver = stack.use(await Receiver.start());
    return { ...kill, receiver, base: receiver.destination("").replace("http:", "ws:") };
  }));
  const ways = stack.use(await Ways.start(kills));
  const outcomes = await allOf(kills.map(async ({ name, signal, goneMs, receiver }) => {
    const { process, token, pushPort, scrapePort } = receiver as Receiver;
    if (signal === "SIGSTOP") {
      process.signal(signal);
      await lasts(goneMs);
      process.signal("SIGCONT");
    } else {
      const { code } = await process.end(signal);
      if (signal === "SIGTERM") assertEquals(code, 0, process.output);
      await lasts(goneMs);
      stack.use(await Receiver.start({ token, pushPort, scrapePort }));
    }
    return await ways.fresh(name, performance.now());
  }));
  ways.end(seen, outcomes);
}

/** A sender that is killed: what is on demand is gone at once, the rest in its time. */
export async function killedSenders(seen: Seen): Promise<void> {
  const signals = ["SIGKILL", ...IS_LONG ? ["SIGTERM", "SIGSTOP"] as const : []] as const;
  await allOf(signals.map((signal) => killedSender(seen, signal)));
}

async function killedSender(seen: Seen, signal: Kill["signal"]): Promise<void> {
  await using receiver = await Receiver.start();
  const name = `sender-${signal.slice(3).toLowerCase()}`;
  const way = { name, receiver, base: receiver.destination("").replace("http:", "ws:") };
  await using ways = await Ways.start([way]);
  const { process } = ways.sender;
  const killedMs = performance.now();
  if (signal === "SIGSTOP") process.signal(signal);
  else await process.end(signal);
  const endedMs = performance.now();

  const gone = await ways.watch(name, "on_demand").first(503, endedMs, 2 * TTL_MS);
  assertMatch(gone.text, /sender/);
  if (signal !== "SIGSTOP") {
    // Whoever asks then has an answer at once, and not at the end of its time.
    assert(
      gone.endedMs - gone.askedMs < SCRAPE_TIMEOUT_S / 2 * 1000,
      `${gone.endedMs - gone.askedMs} ms`,
    );
    assertEquals(Object.keys(ways.watch(name, "on_demand").statuses(gone.askedMs)), ["503"]);
  }
  seen(`${name}, on demand`, (gone.askedMs - killedMs) / 1000, "s to 503");
  const stale = await ways.watch(name, "push").first(503, killedMs, 2 * TTL_MS);
  assert(stale.endedMs - killedMs < TTL_MS + 2_000, `${stale.endedMs - killedMs} ms`);
  seen(`${name}, push`, (stale.endedMs - killedMs) / 1000, "s to 503");

  if (signal === "SIGSTOP") process.signal("SIGCONT");
  else await ways.senderAgain();
  const outcome: Outcome = await ways.fresh(name, performance.now());
  ways.end(seen, [outcome]);
}
