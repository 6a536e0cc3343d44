// What a receiver keeps for its streams. PROMPIPE_TEST_FULL=1 has it be the portable file, and the
// streams as many as are promised.

import { assert, assertEquals } from "@std/assert";
import { NODE_TYPE, NodeBodies, takeScrapes } from "../../bench/node_bodies.ts";
import { BenchReceiver, Program } from "../../bench/program.ts";
import { residentBytes, watchUntil } from "../../bench/watch.ts";
import { testWithParts } from "../parts.ts";
import { scraped } from "../sender/reports.ts";
import { Crowd } from "./stream_crowd.ts";
import { waitFor } from "./wait_for.ts";

const IS_FULL = Deno.env.get("PROMPIPE_TEST_FULL") === "1";
const MIB = 2 ** 20;
const MAX_EACH_BYTES = 3 * MIB;
const MAX_IDLE_BYTES = 512 * MIB;
const { streams, passes, idle, idleMs, gapMs } = IS_FULL
  ? { streams: 500, passes: 15, idle: 5_000, idleMs: 60_000, gapMs: 4_000 }
  : { streams: 20, passes: 3, idle: 100, idleMs: 0, gapMs: 100 };
const SOON_MS = 60_000;

function startProgram(): Program {
  return new Program(IS_FULL ? "portable" : "source");
}

async function openStreams({ scrape }: BenchReceiver): Promise<number> {
  const text = await (await fetch(`http://${scrape}/metrics`)).text();
  return Number(/^prompipe_receiver_streams (\d+)$/m.exec(text)?.[1]);
}

function megabytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(2)} MiB`;
}

testWithParts(
  "a stream with a node exporter's target takes at most 3 MiB of the receiver",
  ["node-exporter"],
  async (parts) => {
    const bodies = new NodeBodies(await takeScrapes(parts["node-exporter"], gapMs));
    await using program = startProgram();
    await using receiver = await BenchReceiver.start(program);
    using crowd = new Crowd(receiver);
    const pids = [receiver.process.pid];
    const pass = (number: number) =>
      crowd.pass((own) =>
        scraped({
          body: new TextEncoder().encode(bodies.text(own, number)),
          contentType: NODE_TYPE,
        })
      );
    // What the first one brings with it belongs to none of the others.
    await crowd.open(1);
    for (let number = 0; number < passes; number++) await pass(number);
    const beforeBytes = residentBytes(pids);
    const { residentMostBytes } = await watchUntil(
      pids,
      async function () {
        await crowd.open(streams - 1);
        for (let number = 0; number < passes; number++) await pass(passes + number);
      }(),
    );
    assertEquals(await openStreams(receiver), streams);
    const each = (bytes: number) => (bytes - beforeBytes) / (streams - 1);
    const most = each(residentMostBytes);
    console.log(
      `${streams} streams: ${megabytes(most)} each at most, ` +
        `${megabytes(each(residentBytes(pids)))} at the end; ` +
        `${megabytes(beforeBytes)} with one, ${megabytes(residentMostBytes)} at most`,
    );
    assert(most <= MAX_EACH_BYTES, megabytes(most));
  },
);

Deno.test("streams on demand that nobody asks fit, 5,000 of them, in 512 MiB of the receiver", async () => {
  await using program = startProgram();
  await using receiver = await BenchReceiver.start(program);
  using crowd = new Crowd(receiver);
  const pids = [receiver.process.pid];
  const beforeBytes = residentBytes(pids);
  let asked = 0;
  const source = {
    ask: () => Promise.resolve(scraped({ body: new TextEncoder().encode(`x ${++asked}\n`) })),
    answered: () => {},
    refused: () => {},
  };
  const { residentMostBytes } = await watchUntil(
    pids,
    async function () {
      await crowd.offer(idle, source);
      await new Promise((go) => setTimeout(go, idleMs));
    }(),
  );
  await waitFor(async () => assertEquals(await openStreams(receiver), idle), {
    timeoutMs: SOON_MS,
    what: "all streams",
  });
  assertEquals(asked, 0);
  const answer = await fetch(`http://${receiver.scrape}/metrics/crowd/${idle - 1}`);
  assertEquals([answer.status, await answer.text()], [200, "x 1\n"]);
  console.log(
    `${idle} streams on demand: ${megabytes(residentMostBytes)} at most, ` +
      `${megabytes(beforeBytes)} without`,
  );
  assert(residentMostBytes <= MAX_IDLE_BYTES, megabytes(residentMostBytes));
});
