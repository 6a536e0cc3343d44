// How the two listeners and the store are wired. The listeners are fakes: no sockets.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Registry } from "prom-client";
import { type Handler, type Listen, startReceiver } from "../../receiver/mod.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const CONFIG = {
  pushListen: { host: "", port: 1 },
  scrapeListen: { host: "127.0.0.1", port: 2 },
  maxBodyBytes: 1_000,
  maxUnpackedBytes: 1_000,
  defaultTtlMs: 60_000,
  maxTargets: 10,
  maxMemoryBytes: 10_000,
  forgetAfterMs: 60_000,
};

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
  assertEquals((await room.handlers.push(rawRequest("/metrics/a/b", { headers }))).status, 405);
  assertEquals((await room.handlers.push(rawRequest("/metrics", { headers }))).status, 404);
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
  assertEquals(room.log.events, []);

  room.drained.resolve();
  await stopped;
  assertEquals(room.events, ["push shutdown", "scrape shutdown"]);
  assertEquals(room.log.events.map(({ event }) => event), ["stopped"]);
});

Deno.test("startReceiver() leaves no listener behind where the second can't be bound", () => {
  const taken = new Error("address in use");
  const room = prepare((name) => {
    if (name === "scrape") throw taken;
  });
  assertEquals(assertThrows(room.start), taken);
  assertEquals(room.events, ["push cut"]);
});

/** A receiver that runs, and is drained at once unless `stop()` is called first. */
function start() {
  const room = prepare(() => {});
  const receiver = room.start();
  const dispose = receiver[Symbol.asyncDispose];
  receiver[Symbol.asyncDispose] = () => {
    room.drained.resolve();
    return dispose();
  };
  return { ...room, receiver };
}

function prepare(onListen: (name: string) => void) {
  const token = randomSecret();
  const log = new RecordedLog();
  const events: string[] = [];
  const drained = Promise.withResolvers<void>();
  const handlers: Record<string, Handler> = {};
  const listen: Listen = (name, at, handler) => {
    onListen(name);
    handlers[name] = handler;
    return {
      address: `${name}:${at.port}`,
      shutdown: () => {
        events.push(`${name} shutdown`);
        return drained.promise;
      },
      cut: () => void events.push(`${name} cut`),
    };
  };
  const ask = (name: string, path: string, init?: RequestInit) =>
    Promise.resolve(handlers[name]!(rawRequest(path, init), "::1"));
  return {
    token,
    log,
    events,
    drained,
    handlers: handlers as { readonly push: (request: Request) => Promise<Response> },
    start: () =>
      startReceiver({ ...CONFIG, bearerToken: token }, { listen, log, registry: new Registry() }),
    push: (body: string) =>
      ask("push", "/metrics/a/b", {
        method: "PUT",
        headers: { Authorization: `Bearer ${token}` },
        body,
      }),
    scrape: (path: string, init?: RequestInit) => ask("scrape", path, init),
  };
}
