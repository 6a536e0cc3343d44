// How the two listeners and the store are wired. The listeners are fakes: no sockets.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { hangingBody } from "../fakes/body_streams.ts";
import { FakeTimers } from "../fakes/fake_timers.ts";
import { MemoryDisk } from "../fakes/memory_disk.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { prepare, start } from "./receiver_room.ts";

Deno.test("startReceiver() serves on one listener what is pushed to the other", async () => {
  const room = start();
  await using receiver = room.receiver;
  assertEquals([receiver.pushAddress, receiver.scrapeAddress], ["push:1", "scrape:2"]);
  assertEquals((await room.push("x 1\n")).status, 204);
  assertEquals(await (await room.scrape("/metrics/a/b")).text(), "x 1\n");

  const metrics = await room.scrape("/metrics");
  assertEquals(metrics.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await metrics.text();
  for (
    const line of [
      'prompipe_receiver_pushes_total{result="stored"} 1',
      'prompipe_receiver_scrapes_total{state="up"} 1',
      'prompipe_receiver_targets{state="up"} 1',
      "prompipe_receiver_received_bytes_total 4",
      "prompipe_receiver_served_bytes_total 4",
      "prompipe_receiver_snapshot_bytes 4",
    ]
  ) assert(text.split("\n").includes(line), line);
});

Deno.test("startReceiver() serves nothing on the push listener, and takes nothing on the other", async () => {
  const room = start();
  await using _receiver = room.receiver;
  await room.push("x 1\n");
  const headers = { Authorization: `Bearer ${room.token}` };
  assertEquals((await room.askPush(rawRequest("/metrics/a/b", { headers }))).status, 405);
  assertEquals((await room.askPush(rawRequest("/metrics", { headers }))).status, 404);
  for (const method of ["PUT", "POST", "DELETE"]) {
    assertEquals((await room.scrape("/metrics/a/b", { method, headers })).status, 405);
  }
  assertEquals(await (await room.scrape("/metrics/a/b")).text(), "x 1\n");
});

Deno.test("startReceiver().stop() is not ready while it waits for both listeners, and stops once", async () => {
  const room = start();
  assertEquals((await room.scrape("/readyz")).status, 200);
  const stopped = room.receiver.stop();
  assertEquals(room.receiver.stop(), stopped);
  const answer = await room.scrape("/readyz");
  assertEquals([answer.status, await answer.text()], [503, "stopping\n"]);
  assertEquals((await room.scrape("/healthz")).status, 200);
  assertEquals((await room.push("x 1\n")).status, 204, "what has arrived is answered");
  assertEquals(room.said(), []);

  room.drained.resolve();
  await stopped;
  assertEquals(room.events, ["push shutdown", "scrape shutdown"]);
  assertEquals(room.said(), ["stopped"]);
});

Deno.test("startReceiver().stop() waits 8 s for what is under way, and leaves no timer", async () => {
  using timers = new FakeTimers();
  const room = start();
  const stopped = room.receiver.stop();
  timers.advance(7_999);
  await Promise.resolve();
  assertEquals(room.said(), []);
  timers.advance(1);
  await stopped;
  assertEquals(room.said(), ["stopped"]);
  assertEquals(timers.running, 0);
});

Deno.test("startReceiver() gives a body 30 s to arrive", async () => {
  using timers = new FakeTimers();
  const room = start();
  const { body, read } = hangingBody(new Uint8Array(1));
  const answer = room.push(body);
  await read;
  timers.advance(29_999);
  assertEquals(timers.running, 3, "the sweeper's, the event loop's and the body's");
  timers.advance(1);
  assertEquals((await answer).status, 408);
  assertEquals(timers.running, 2);
  await room.receiver[Symbol.asyncDispose]();
});

Deno.test("startReceiver() leaves no listener behind where the second can't be bound", () => {
  const taken = new Error("address in use");
  const room = prepare((name) => {
    if (name === "scrape") throw taken;
  });
  assertEquals(assertThrows(room.start), taken);
  assertEquals(room.events, ["push cut"]);
});

Deno.test("startReceiver() knows its targets at once where it has a state, and keeps that", async () => {
  const sdWarmupMs = 30_000;
  let disk = new MemoryDisk();
  {
    const first = start({ disk, sdWarmupMs });
    await using _receiver = first.receiver;
    await first.push("x 1\n");
    assertEquals((await first.scrape("/sd")).status, 503, "nothing tells that the list is whole");
  }
  for (let restarts = 0; restarts < 2; restarts++) {
    assert(disk.isClosed);
    disk = disk.reopened();
    const room = start({ disk, sdWarmupMs });
    await using _receiver = room.receiver;
    const list = await room.scrape("/sd", { headers: { Host: "receiver:9090" } });
    assertEquals((await list.json()).length, 1);
    assertEquals(await (await room.scrape("/metrics/a/b")).text(), "x 1\n");
  }
});

Deno.test("startReceiver() lets go of the state where a listener can't be bound", async () => {
  const disk = new MemoryDisk();
  const closed = Promise.withResolvers<void>();
  disk.close = closed.resolve;
  const room = prepare(() => {
    throw new Error("address in use");
  }, { disk });
  assertThrows(room.start);
  await closed.promise;
});
