// Holds docs/reference.md against the code: nothing missing, nothing that isn't there.

import { assert, assertEquals } from "@std/assert";
import { buildProgram, everyCommand } from "../cli/program.ts";
import { KeyPairMetrics } from "../cli/key_pair.ts";
import { processRegistry } from "../cli/registry.ts";
import { SENDER_CAUSES } from "../protocol/mod.ts";
import { RIGHT as RIGHT_OF_TOKEN } from "../receiver/config_schema.ts";
import { ReceiverMetrics } from "../receiver/metrics.ts";
import { REFUSAL_STATUS } from "../receiver/refusal.ts";
import { StateMetrics } from "../receiver/state/metrics.ts";
import { watchStreams } from "../receiver/stream/mod.ts";
import { TARGET_METRICS } from "../receiver/target_metrics.ts";
import { reloader } from "../receiver/reload.ts";
import { RIGHT } from "../sender/config_schema.ts";
import { SenderMetrics } from "../sender/metrics.ts";
import { RecordedLog } from "./fakes/recorded_log.ts";

const REFERENCE = await Deno.readTextFile(new URL("../docs/reference.md", import.meta.url));

/** What stands in the first cell of each row of a section's tables, without its backticks. */
function firstCells(heading: string): string[] {
  const section = REFERENCE.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  assert(section !== "", `no section "${heading}"`);
  return section.split("\n")
    .filter((line) => line.startsWith("| `") || /^\| \d/.test(line))
    .flatMap((line) => (line.split("|")[1] ?? "").split(","))
    .map((cell) => cell.replaceAll("`", "").trim());
}

Deno.test("the reference lists every option with its environment variable and preset", () => {
  const known = new Set<string>();
  for (const command of everyCommand(buildProgram(() => {}))) {
    for (const option of command.options) {
      if (option.long === "--version") continue;
      known.add(option.long ?? "");
      const preset = option.defaultValueDescription ?? option.defaultValue;
      const cells = [option.envVar, preset].filter((cell) => typeof cell === "string");
      // Commands that have an option of the same name may preset it each in its own way.
      const rows = REFERENCE.split("\n").filter((line) => line.startsWith(`| \`${option.long}\``));
      assert(
        rows.some((row) => cells.every((cell) => row.includes(`\`${cell}\``))),
        `${option.long}, ${cells.join()}: ${rows.join()}`,
      );
    }
  }
  assertEquals(new Set(firstCells("Options")), known);
});

Deno.test("the reference lists every key of the sender's config", () => {
  assertEquals(new Set(firstCells("Sender config")), new Set(Object.keys(RIGHT)));
});

Deno.test("the reference lists every key of a token in the receiver's config", () => {
  const known = ["tokens", ...Object.keys(RIGHT_OF_TOKEN)];
  assertEquals(new Set(firstCells("Receiver config")), new Set(known));
});

Deno.test("the reference lists every refusal with its status", () => {
  for (const [reason, status] of Object.entries(REFUSAL_STATUS)) {
    const row = REFERENCE.split("\n").find((line) => line.startsWith(`| ${status} `));
    assert(row?.includes(`\`${reason}\``), `${status} ${reason}`);
  }
  const listed = firstCells("Push listener").filter((cell) => /^\d+$/.test(cell)).map(Number);
  assertEquals(new Set(listed), new Set<number>(Object.values(REFUSAL_STATUS)));
});

Deno.test("the reference lists every cause", () => {
  const listed = firstCells("Scrape listener").filter((cell) => /^[a-z_]+$/.test(cell));
  assertEquals(new Set(listed), new Set<string>([...SENDER_CAUSES, "sender_silent"]));
});

Deno.test("the reference lists every metric", async () => {
  const registry = processRegistry();
  new ReceiverMetrics(registry, {
    countStates: () => ({ up: 0, source_failed: 0, silent: 0 }),
    bodyBytes: 0,
  });
  watchStreams(registry, { size: 0, memoryBytes: 0 });
  new StateMetrics(registry, { bytes: 0 });
  new KeyPairMetrics(registry);
  reloader({ tokens: { use() {} }, registry, log: new RecordedLog(), clock: () => 0 });
  new SenderMetrics(registry, []);
  const known = (await registry.getMetricsAsJSON()).map((metric) => metric.name);
  assertEquals(new Set(firstCells("Metrics")), new Set([...known, ...TARGET_METRICS]));
});

Deno.test("the reference lists every event of the log", async () => {
  const known = new Set<string>();
  for (
    const room of [
      "cli",
      "sender",
      "sender/stream",
      "receiver",
      "receiver/state",
      "receiver/stream",
    ]
  ) {
    for await (const file of Deno.readDir(new URL(`../${room}`, import.meta.url))) {
      if (!file.isFile) continue;
      const source = await Deno.readTextFile(new URL(`../${room}/${file.name}`, import.meta.url));
      const events = /\blog\.(?:debug|info|warn|error)\(\s*"([^"]+)"|\b(?:bad|good): "([^"]+)"/g;
      for (const match of source.matchAll(events)) known.add(match[1] ?? match[2] ?? "");
    }
  }
  assertEquals(new Set(firstCells("Log events")), known);
});
