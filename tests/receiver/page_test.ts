import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { choose, describe, duration, spark, visible } from "../../receiver/page/view.js";
import type { TargetJson } from "../../receiver/target_json.ts";
import { start } from "./receiver_room.ts";

const FILES = ["/page/icon.svg", "/page/status.css", "/page/status.js", "/page/view.js"];

Deno.test("GET / and its files come under a strict policy, and are never kept", async () => {
  const room = start();
  await using _receiver = room.receiver;
  for (const path of ["/", ...FILES]) {
    const answer = await room.scrape(path);
    assertEquals(answer.status, 200, path);
    const policy = answer.headers.get("Content-Security-Policy") ?? "";
    assertMatch(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /, path);
    for (const rule of ["base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) {
      assertStringIncludes(policy, rule, path);
    }
    assert(!/unsafe|\*|data:/.test(policy), path);
    assertEquals(answer.headers.get("X-Content-Type-Options"), "nosniff", path);
    assertEquals(answer.headers.get("Cache-Control"), "no-store", path);
    const text = await answer.text();
    const forbidden = / style=|\son\w+="|<script>|innerHTML|(?:src|href)="(?!\/)/;
    assert(!forbidden.test(text), `${path} does what its policy forbids, or asks elsewhere`);
    assertEquals((await room.scrape(path, { method: "POST" })).status, 405, path);
  }
  assertEquals((await room.scrape("/page/mod.ts")).status, 404);
});

Deno.test("GET / shows the prometheus.yml of the examples, with the address that was asked", async () => {
  const example =
    (await Deno.readTextFile(new URL("../../examples/prometheus.yml", import.meta.url)))
      .replace(/^#.*\n/gm, "");
  const room = start();
  await using _receiver = room.receiver;
  const init = { headers: { Host: "prom.example:9090" } };
  const text = await (await room.scrape("/", init)).text();
  const yml = /<pre[^>]*>(.*?)<\/pre>/s.exec(text)?.[1];
  assertEquals(yml, example.replace("127.0.0.1:9090", "prom.example:9090"));
  assertStringIncludes(text, "No targets yet");
  assertStringIncludes(text, "http://push:1/metrics/");
});

function target(instance: string, more: Partial<TargetJson> = {}): TargetJson {
  return {
    job: "job",
    instance,
    labels: {},
    arrival: "put",
    state: "up",
    cause: null,
    reason: null,
    last_push_timestamp_seconds: 1_000,
    age_seconds: 3,
    ttl_seconds: 22,
    interval_seconds: 4,
    sent_bytes: 2_048,
    unpacked_bytes: 10_000,
    sender: { token: "home", address: "192.0.2.7", user_agent: "prompipe/1" },
    clock_offset_seconds: 0.1,
    clock_off: false,
    last_scrape_timestamp_seconds: null,
    scrape_interval_seconds: null,
    pushes: { stored: 1, source_failed: 0, outdated: 0, refused: 0 },
    ...more,
  };
}

Deno.test("describe() says all of a target, and lets its ages grow", () => {
  const said = describe(
    target("a", { last_scrape_timestamp_seconds: 1_001, labels: { x: "y" } }),
    2,
  );
  assertEquals(said, {
    mark: "●",
    state: "Up",
    cause: "",
    job: "job",
    instance: "a",
    note: "x=y",
    age: "5s",
    pace: "of 22s · every 4s",
    size: "2.0 KiB",
    unpacked: "9.8 KiB raw",
    way: "PUT",
    token: "home",
    from: "192.0.2.7 · prompipe/1",
    clock: "",
    scraped: "4s ago",
    scrapes: "",
  });
});

Deno.test("choose() searches by every word, filters by state, and sorts either way", () => {
  const up = target("a", { sent_bytes: 3, labels: { site: "Home" } });
  const silent = target("b", { state: "silent", cause: "sender_silent", sent_bytes: 1 });
  const failed = target("c", { state: "source_failed", cause: "source_timeout", sent_bytes: 2 });
  const all = [up, silent, failed];
  const names = (choice: Partial<Parameters<typeof choose>[1]>) =>
    choose(all, { state: "", q: "", sort: "target", ...choice }).map(({ instance }) => instance)
      .join("");
  assertEquals(names({}), "abc");
  assertEquals(names({ sort: "state" }), "bca");
  assertEquals(names({ sort: "-state" }), "acb");
  assertEquals(names({ sort: "size" }), "bca");
  assertEquals(names({ sort: "nonsense" }), "abc");
  assertEquals(names({ state: "silent" }), "b");
  assertEquals(names({ q: "HOME site=" }), "a");
  assertEquals(names({ q: "timeout" }), "c");
  assertEquals(names({ q: "site=home", state: "silent" }), "");
});

Deno.test("duration() has two units at most", () => {
  for (
    const [seconds, text] of [
      [0, "0s"],
      [0.25, "250ms"],
      [59.9, "59s"],
      [60, "1m"],
      [3_599, "59m 59s"],
      [3_605, "1h"],
      [90_061, "1d 1h"],
    ] as const
  ) assertEquals(duration(seconds), text);
});

Deno.test("visible() hides nothing and turns nothing around, but joins what belongs together", () => {
  assertEquals(
    visible("a\u202eb\u2066\u200f\u0007\u2028"),
    "a\\u{202E}b\\u{2066}\\u{200F}\\u{7}\\u{2028}",
  );
  for (const text of ["مرحبا", "👩‍👩‍👧", "می‌خواهم", "naïve"]) assertEquals(visible(text), text);
});

Deno.test("spark() draws what is known, and leaves gaps", () => {
  assertEquals(spark([], 0), { line: "", mark: "" });
  assertEquals(spark([null, 0, 10, null, 5], 20), {
    line: "M1.5 15.5h.1L2.5 8.0M4.5 11.8h.1",
    mark: "M0 0.5H60",
  });
});
