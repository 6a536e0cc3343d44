import { Validator } from "@cfworker/json-schema";
import { assert, assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { targetPath, writePushHeaders } from "../../protocol/mod.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { start } from "./receiver_room.ts";

const SCHEMA = JSON.parse(
  await Deno.readTextFile(new URL("../../docs/targets.schema.json", import.meta.url)),
);
const EPOCH_MS = 1_700_000_000_000;

/** A receiver with one target of each kind, 30 s after they were pushed. */
async function observed() {
  let nowMs = 5_000;
  const room = start({ now: () => nowMs, clock: () => EPOCH_MS + nowMs });
  await room.push("x 1\n", {
    path: "/metrics/b/up%2F1",
    headers: {
      "User-Agent": "curl\t8",
      "Prompipe-Ttl": "60",
      "Prompipe-Interval": "4",
      "Prompipe-Labels": "site=home",
      "Prompipe-Scraped-At": String((EPOCH_MS + nowMs) / 1000 + 61),
    },
  });
  await room.push('{"cause":"source_timeout","detail":"no answer within 10s"}', {
    path: "/metrics/a/failed",
    headers: { "Content-Type": "application/problem+json" },
  });
  await room.push("x 1\n", { path: "/metrics/c/silent", headers: { "Prompipe-Ttl": "1" } });
  nowMs += 10_000;
  await room.scrape("/metrics/b/up%2F1");
  nowMs += 15_000;
  await room.scrape("/metrics/b/up%2F1");
  nowMs += 5_000;
  return room;
}

Deno.test("GET /api/v1/targets tells all of each target, by job and instance", async () => {
  const room = await observed();
  await using _receiver = room.receiver;
  const answer = await room.scrape("/api/v1/targets?history=no");
  assertEquals(answer.headers.get("Content-Type"), "application/json");
  const { receiver, targets } = await answer.json();
  const { resident_memory_bytes, ...rest } = receiver;
  assert(resident_memory_bytes > 1e6);
  assertEquals(rest, {
    version: "1.2.3",
    start_timestamp_seconds: 1_700_000_005,
    now_timestamp_seconds: 1_700_000_035,
    targets: { up: 1, source_failed: 1, silent: 1 },
    max_targets: 10,
    snapshot_bytes: 8,
    max_memory_bytes: 10_000,
  });
  assertEquals(
    targets.map((target: Record<string, unknown>) => [target.instance, target.state, target.cause]),
    [
      ["failed", "source_failed", "source_timeout"],
      ["up/1", "up", null],
      ["silent", "silent", "sender_silent"],
    ],
  );
  assertEquals(targets[1], {
    job: "b",
    instance: "up/1",
    labels: { site: "home" },
    arrival: "put",
    state: "up",
    cause: null,
    reason: null,
    last_push_timestamp_seconds: 1_700_000_005,
    age_seconds: 30,
    ttl_seconds: 60,
    interval_seconds: 4,
    sent_bytes: 4,
    unpacked_bytes: 4,
    sender: { token: "BEARER_TOKEN", address: "::1", user_agent: "curl 8" },
    clock_offset_seconds: 61,
    clock_off: true,
    last_scrape_timestamp_seconds: 1_700_000_030,
    scrape_interval_seconds: 15,
    pushes: { stored: 1, source_failed: 0, outdated: 0, refused: 0 },
  });
});

Deno.test("GET /api/v1/targets answers as its schema says, with and without targets", async () => {
  const validator = new Validator(SCHEMA, "2020-12", false);
  const room = await observed();
  await using _receiver = room.receiver;
  const empty = start();
  await using _emptyReceiver = empty.receiver;
  for (
    const [asked, path, targets] of [
      [room, "/api/v1/targets", 3],
      [room, "/api/v1/targets?history=no", 3],
      [empty, "/api/v1/targets", 0],
    ] as const
  ) {
    const body = await (await asked.scrape(path)).json();
    assertEquals(validator.validate(body).errors, []);
    assertEquals(body.targets.length, targets);
    for (const target of body.targets) {
      assertEquals(target.history?.age_seconds.length, path.endsWith("no") ? undefined : 60);
    }
  }
  const body = await (await room.scrape("/api/v1/targets")).json();
  body.targets[0].cause = "tired";
  assert(!validator.validate(body).valid, "the schema takes anything");
});

Deno.test("GET /api/v1/targets packs for who takes that, and says nothing to HEAD", async () => {
  const room = await observed();
  await using _receiver = room.receiver;
  const packed = await room.scrape("/api/v1/targets", { headers: { "Accept-Encoding": "gzip" } });
  assertEquals(packed.headers.get("Content-Encoding"), "gzip");
  assertEquals(packed.headers.get("Vary"), "Accept-Encoding");
  const plain = await room.scrape("/api/v1/targets");
  const withoutMemory = (text: string) => text.replace(/"resident_memory_bytes":\d+/, "");
  assertEquals(
    withoutMemory(gunzipSync(await packed.bytes()).toString()),
    withoutMemory(await plain.text()),
  );
  assertEquals(await (await room.scrape("/api/v1/targets", { method: "HEAD" })).text(), "");
  assertEquals((await room.scrape("/api/v1/targets?history=maybe")).status, 400);
});

/** What a sender may choose, to do harm where it is shown. */
const EVIL = fc.string({
  unit: fc.constantFrom(
    ..."<>&\"'`/=;: ab{}$\\é\u2028\u202e😀",
    ...["<script>alert(1)</script>", "</td>", "<!--", "]]>", "javascript:", "&lt;", "${1}"],
  ),
  minLength: 1,
  maxLength: 20,
});

Deno.test("GET /api/v1/targets and the page show whatever a sender chose, and do nothing of it", async () => {
  const evil = fc.record({ job: EVIL, instance: EVIL, label: EVIL, detail: EVIL, agent: EVIL });
  await fc.assert(
    fc.asyncProperty(evil, async ({ job, instance, label, detail, agent }) => {
      fc.pre(job !== "." && job !== ".." && instance !== "." && instance !== "..");
      const room = start();
      await using _receiver = room.receiver;
      const tags = async () => {
        const html = await (await room.scrape("/")).text();
        return (html.match(/<\/?[a-z!][^>]*>/gi) ?? []).map((tag) => tag.split(/[\s>]/)[0]).join(
          "",
        );
      };
      const push = async (job: string, instance: string, said: [string, string, string]) => {
        await room.push(JSON.stringify({ cause: "source_refused", detail: said[1] }), {
          path: targetPath({ job, instance }),
          headers: {
            "Content-Type": "application/problem+json",
            "User-Agent": encodeURI(said[2]),
            ...writePushHeaders({ labels: { label: said[0] } }),
          },
        });
      };
      await push("job", "instance", ["label", "detail", "agent"]);
      const harmless = await tags();
      await room.askPush(rawRequest("/metrics/job/instance", {
        method: "DELETE",
        headers: { Authorization: `Bearer ${room.token}` },
      }));
      await push(job, instance, [label, detail, agent]);
      assertEquals(await tags(), harmless);
      const { targets } = await (await room.scrape("/api/v1/targets")).json();
      assertEquals([targets[0].job, targets[0].instance, targets[0].labels], [job, instance, {
        label,
      }]);
    }),
    { numRuns: 30 },
  );
});
