import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { targetKey, targetPath } from "../../protocol/mod.ts";
import { TARGET_METRICS } from "../../receiver/target_metrics.ts";
import { lint } from "../../sender/exposition/lint.ts";
import { start } from "./receiver_room.ts";

const EPOCH_MS = 1_700_000_000_000;

/** The lines of `/metrics` that name a target. */
async function lines(room: ReturnType<typeof start>): Promise<string[]> {
  const text = await (await room.scrape("/metrics")).text();
  return text.split("\n").filter((line) => line.startsWith("prompipe_receiver_target_"));
}

Deno.test("GET /metrics tells of each target what the API tells", async () => {
  let nowMs = 0;
  const room = start({ now: () => nowMs, clock: () => EPOCH_MS + nowMs });
  await using _receiver = room.receiver;
  const scrapedAt = String(EPOCH_MS / 1000 - 90);
  const path = "/metrics/a/b";
  await room.push("x 1\n", {
    headers: {
      "Prompipe-Ttl": "60",
      "Prompipe-Interval": "4.5",
      "Prompipe-Scraped-At": scrapedAt,
    },
  });
  for (const atMs of [1_000, 16_000]) {
    nowMs = atMs;
    await room.scrape(path);
  }
  nowMs = 20_000;
  const target = 'target_job="a",target_instance="b"';
  assertEquals(await lines(room), [
    `prompipe_receiver_target_up{${target}} 1`,
    `prompipe_receiver_target_pushes_total{${target},result="stored"} 1`,
    `prompipe_receiver_target_pushes_total{${target},result="source_failed"} 0`,
    `prompipe_receiver_target_pushes_total{${target},result="outdated"} 0`,
    `prompipe_receiver_target_pushes_total{${target},result="refused"} 0`,
    `prompipe_receiver_target_arrival{${target},arrival="put"} 1`,
    `prompipe_receiver_target_sent_bytes{${target}} 4`,
    `prompipe_receiver_target_unpacked_bytes{${target}} 4`,
    `prompipe_receiver_target_last_push_timestamp_seconds{${target}} 1700000000`,
    `prompipe_receiver_target_ttl_seconds{${target}} 60`,
    `prompipe_receiver_target_interval_seconds{${target}} 4.5`,
    `prompipe_receiver_target_since_scrape_seconds{${target}} 4`,
    `prompipe_receiver_target_scrape_interval_seconds{${target}} 15`,
    `prompipe_receiver_target_clock_offset_seconds{${target}} -90`,
  ]);
  nowMs = 61_000;
  const down = (await lines(room)).filter((line) => /_(?:up|down)\{/.test(line));
  assertEquals(down, [
    `prompipe_receiver_target_up{${target}} 0`,
    `prompipe_receiver_target_down{${target},cause="sender_silent"} 1`,
  ]);
});

Deno.test("GET /metrics forgets the series of a target that is forgotten", async () => {
  let nowMs = 0;
  const room = start({ now: () => nowMs });
  await using _receiver = room.receiver;
  await room.push("x 1\n", { headers: { "Prompipe-Ttl": "1" } });
  assert((await lines(room)).length > 0);
  nowMs = 61_001;
  await room.push("x 1\n", { path: "/metrics/b/c" });
  for (let index = 0; index < 10; index++) {
    await room.push("x 1\n", { path: `/metrics/many/${index}` });
  }
  const left = await lines(room);
  assertEquals(left.filter((line) => line.includes('target_job="a"')), []);
  assert(left.some((line) => line.includes('target_job="b"')));
});

Deno.test("GET /metrics escapes names as the text format has it", async () => {
  const room = start();
  await using _receiver = room.receiver;
  await room.push("x 1\n", { path: `/metrics/${encodeURIComponent('q"\\n')}/%E2%80%AEü` });
  assert((await lines(room))[0]?.includes('{target_job="q\\"\\\\n",target_instance="\u202eü"}'));
});

Deno.test("GET /metrics has a header for each family, targets or not", async () => {
  const room = start();
  await using _receiver = room.receiver;
  const text = await (await room.scrape("/metrics")).text();
  for (const name of TARGET_METRICS) {
    assertEquals(text.split(`# TYPE ${name} `).length, 2, name);
    assertEquals(text.split(`# HELP ${name} `).length, 2, name);
  }
});

Deno.test("GET /metrics is an exposition whatever targets are called, and names them", async () => {
  const name = fc.string({ unit: fc.constantFrom(...'a"\\{}=,# é\u2028\u202e😀'), minLength: 1 })
    .filter((text) => new TextEncoder().encode(text).length <= 200);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ job: name, instance: name }), { maxLength: 3 }), async (
      targets,
    ) => {
      const room = start();
      await using _receiver = room.receiver;
      for (const target of targets) await room.push("x 1\n", { path: targetPath(target) });
      const bytes = await (await room.scrape("/metrics")).bytes();
      const type = "text/plain; version=0.0.4; charset=utf-8";
      const verdict = await lint(bytes, { contentType: type, nowMs: Date.now() });
      assertEquals(verdict.findings, []);
      const up = /^prompipe_receiver_target_up\{target_job="(.*)",target_instance="(.*)"\} 1$/s;
      const told = new TextDecoder().decode(bytes).split("\n").map((line) => up.exec(line) ?? []);
      const plain = (text = "") => text.replace(/\\(.)/g, "$1");
      const names = told.filter(({ length }) => length > 0)
        .map(([, job, instance]) => `${plain(job)}\n${plain(instance)}`);
      assertEquals(names.toSorted(), [...new Set(targets.map(targetKey))].toSorted());
    }),
    { numRuns: 30 },
  );
});
