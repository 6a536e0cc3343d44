import { assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { type Reloaded, reloader } from "../../receiver/reload.ts";
import type { TokenEntry } from "../../receiver/token_book.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";
import { makeToken } from "./token_entries.ts";

function start() {
  const registry = new Registry();
  const log = new RecordedLog();
  const used: (readonly TokenEntry[])[] = [];
  const clock = { nowMs: 1_000 };
  const reload = reloader({
    tokens: { use: (entries) => used.push(entries) },
    registry,
    log,
    clock: () => clock.nowMs,
  });
  /** Whether the last one went well, when one last did, and how many did and didn't. */
  const metrics = async () =>
    (await registry.metrics()).split("\n").filter((line) => /^prompipe/.test(line))
      .map((line) => Number(line.split(" ").at(-1)));
  return { reload, log, used, clock, metrics };
}

const KEPT: Reloaded = { ok: false, reason: "so" };

Deno.test("reloader() counts the start as a success", async () => {
  assertEquals(await start().metrics(), [1, 1, 0, 0]);
});

Deno.test("reloader() swaps the tokens, or keeps them and says why, in log and metrics", async () => {
  const room = start();
  const { entry } = makeToken("home");
  room.clock.nowMs = 2_000;
  room.reload(KEPT);
  assertEquals([room.used, await room.metrics()], [[], [0, 1, 0, 1]]);
  room.clock.nowMs = 3_000;
  room.reload({ ok: true, tokens: [entry], forRestart: [] });
  assertEquals([room.used, await room.metrics()], [[[entry]], [1, 3, 1, 1]]);
  assertEquals(room.log.events, [
    { level: "error", event: "reload failed", fields: { reason: "so" } },
    { level: "info", event: "tokens reloaded", fields: { tokens: 1 } },
  ]);
});

Deno.test("reloader() names the options that need a restart", () => {
  const { reload, log } = start();
  reload({ ok: true, tokens: [], forRestart: ["max_body", "push_listen"] });
  assertEquals(log.events.at(-1), {
    level: "warn",
    event: "options need a restart",
    fields: { options: "max_body push_listen" },
  });
});
