// Alerts and dashboard speak of metrics that exist, and of nothing else, and the reference shows
// examples as they are.

import { assert, assertEquals } from "@std/assert";
import { processRegistry } from "../cli/registry.ts";
import { expressions, readDashboard } from "./dashboard.ts";
import { start } from "./receiver/receiver_room.ts";

const ALERTS = await Deno.readTextFile(new URL("../examples/alerts.yml", import.meta.url));

/** Every family of a receiver, with a state directory or without, and of its process. */
async function families(): Promise<Set<string>> {
  const room = start();
  await using _receiver = room.receiver;
  const text = await (await room.scrape("/metrics")).text() + await processRegistry().metrics();
  const reference = await Deno.readTextFile(new URL("../docs/reference.md", import.meta.url));
  return new Set([
    ...[...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1]!),
    // These need a folder, a config or a certificate; that the reference is right about them is another test's.
    ...[...reference.matchAll(/^\| `(prompipe_receiver_(?:state|config|tls)_\w+)`/gm)].map((
      match,
    ) => match[1]!),
  ]);
}

function namesIn(text: string): Set<string> {
  const names = text.match(/\b(?:prompipe|process)_\w+/g) ?? [];
  return new Set(names.map((name) => name.replace(/_bucket$/, "")));
}

Deno.test("examples/alerts.yml and examples/grafana-dashboard.json use metrics that exist", async () => {
  const known = await families();
  const dashboard = await readDashboard();
  const used = [...namesIn(ALERTS), ...namesIn(expressions(dashboard).join("\n"))];
  assert(used.length > 20, "nothing was found to be compared");
  assertEquals(used.filter((name) => !known.has(name)), []);
});

Deno.test("examples/grafana-dashboard.json has panels side by side, each with an id of its own", async () => {
  const { panels } = await readDashboard();
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos: { x, y, w, h } } of panels) {
    assert(x >= 0 && x + w <= 24, title);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assert(!taken.has(`${column} ${row}`), `"${title}" covers another panel`);
        taken.add(`${column} ${row}`);
      }
    }
  }
});

Deno.test("docs/reference.md shows the files of examples/blackbox as they are", async () => {
  const reference = await Deno.readTextFile(new URL("../docs/reference.md", import.meta.url));
  for (const name of ["sender.json", "prometheus.yml"]) {
    const text = await Deno.readTextFile(new URL(`../examples/blackbox/${name}`, import.meta.url));
    assert(reference.includes(`\n${text}\`\`\`\n`), name);
  }
});
