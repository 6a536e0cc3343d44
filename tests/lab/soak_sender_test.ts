// A sender with the passes of a day, accelerated: what stays in its memory, and which files stay
// open. In the short form some seconds of it.

import { assert } from "@std/assert";
import { newToken, startPrompipe } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { openFiles, residentMib } from "./proc.ts";
import { IS_LONG, noLinux, scenario } from "./scenario.ts";
import { asInstalled, judgeSoak } from "./soak.ts";
import type { SoakSample } from "./soak_load.ts";
import { stopwatch } from "./stopwatch.ts";

/** The least that a config may say. */
const INTERVAL_MS = 100;
const PAIRS = 60;
/** Of ten pairs at 4 s: a day's. */
const PASSES = 216_000;
const SHARE = IS_LONG ? 1 : 1 / 100;
const HOURS = 24;
const GUESTS = 20;
const GUESTS_EVERY_MS = 2_000;

scenario({
  name: "soak-sender",
  breaks: `a day's passes of ten pairs, by ${PAIRS} at ${INTERVAL_MS} ms and ${GUESTS} more that ` +
    "come and go in a file of targets",
  holds: "memory grows by less than 1 MiB an hour of it, no file stays open",
  unless: noLinux,
  ci: false,
}, async (seen) => {
  await using folder = await TempDir.make();
  let pushes = 0;
  const stop = new AbortController();
  const text = "# TYPE soak gauge\n" +
    Array.from({ length: 40 }, (_, i) => `soak{i="${i}"} ${i}\n`).join("");
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    async (request) => {
      if (request.method !== "PUT") {
        return new Response(text, { headers: { "Content-Type": "text/plain; version=0.0.4" } });
      }
      await request.bytes();
      pushes++;
      return new Response(null, { status: 204 });
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  let generation = 0;
  const invite = () => {
    generation++;
    return folder.write(
      "guests.json",
      JSON.stringify(Array.from({ length: GUESTS }, (_, i) => ({
        targets: [`127.0.0.1:${server.addr.port}`],
        labels: { job: "guest", instance: `${generation}-${i}` },
      }))),
    );
  };
  await invite();
  const config = await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: newToken(),
      interval: `${INTERVAL_MS}ms`,
      pairs: Array.from({ length: PAIRS }, (_, i) => ({
        source: `${origin}/metrics`,
        destination: `${origin}/metrics/soak/${i}`,
      })),
      sources: [{
        files: ["guests.json"],
        destination: `${origin}/metrics/{job}/{instance}`,
        interval: "1s",
      }],
    }),
  );
  const passes = PASSES * SHARE;
  await using sender = startPrompipe(["sender", "--config", config], {}, {
    under: asInstalled("sender"),
  });
  await waitFor(() => assert(pushes > PAIRS), { timeoutMs: 15_000, what: "the first pushes" });
  const samples: SoakSample[] = [];
  const since = stopwatch();
  try {
    let nextMs = 0;
    while (pushes < passes) {
      assert(since() < 10 * passes / PAIRS * INTERVAL_MS / 1000 + 60, `${pushes} pushes only`);
      if (since() * 1000 > nextMs) {
        await invite();
        nextMs += GUESTS_EVERY_MS;
      }
      const hour = pushes / passes * HOURS;
      samples.push({ hour, residentMib: residentMib(sender.pid), files: openFiles(sender.pid) });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    seen("pushes", pushes);
    seen("guests", generation * GUESTS);
    seen("in", since(), "s");
    const { pid } = sender;
    await judgeSoak(samples, { seen, pid, beforeMib: samples[0]!.residentMib });
  } finally {
    await sender[Symbol.asyncDispose]();
    stop.abort();
    await server.finished;
  }
});
