// Files of targets mean to the sender what they mean to Prometheus.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { testWithParts } from "../parts.ts";
import { fileWith, load } from "../sender/config_file.ts";
import { Prometheus } from "./prometheus.ts";
import { newToken, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const FILES = {
  "a.json": JSON.stringify([
    { targets: ["127.0.0.1:1", "localhost:2"], labels: { site: "home", __meta_x: "y", empty: "" } },
    { targets: ["127.0.0.1:3"], labels: { job: "own", instance: "büro/1", __scheme__: "https" } },
    {
      targets: ["[::1]:4"],
      labels: { __metrics_path__: "/probe", __param_target: "a b&c" },
    },
  ]),
  "b.yml": `
- targets:
    - 127.0.0.1:5
  labels:
    port: 5
    site: yes
- targets: [127.0.0.1:6]
`,
  "c.yaml": "- targets: []",
};
const PARAMS = { module: ["if_mib", "second"], other: ["x"] };

/** One line a target: where it is scraped, and its labels in the order of their names. */
function line(url: string, labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => a < b ? -1 : 1);
  const { origin, pathname, searchParams } = new URL(url);
  searchParams.sort(); // Prometheus keeps no order of theirs
  return `${origin}${pathname}?${searchParams} ${JSON.stringify(sorted)}`;
}

testWithParts(
  "the sender makes of file_sd files what Prometheus makes of them",
  ["prometheus"],
  async (parts) => {
    await using dir = await TempDir.make();
    for (const [name, text] of Object.entries(FILES)) await dir.write(name, text);
    const files = ["*.json", "*.yml", "*.yaml"].map((name) => `${dir.path}/${name}`);
    const job = { job: "node", files, params: PARAMS };
    await using prometheus = await Prometheus.start(parts.prometheus, [job]);

    const loaded = await load(
      fileWith({
        pairs: undefined,
        sources: [{
          files,
          job: "node",
          params: PARAMS,
          destination: "http://push/metrics/{job}/{instance}",
        }],
      }),
      {
        files: Object.fromEntries(
          Object.entries(FILES).map(([name, text]) => [`${dir.path}/${name}`, text]),
        ),
      },
    );
    assert(loaded.ok);
    assertEquals(loaded.warnings, []);
    const ours = loaded.config.pairs.map(({ source, destinations: [{ target }], labels }) =>
      line(source.url.href, { ...labels, ...target })
    );
    assertEquals(ours.length, 6);
    await waitFor(async () => {
      const theirs = (await prometheus.targets())
        .map(({ scrapeUrl, labels }) => line(scrapeUrl, labels));
      assertEquals(ours.toSorted(), theirs.toSorted());
    }, { timeoutMs: 15_000, what: "Prometheus's own targets" });
  },
);

Deno.test("a sender follows its target files, and a faulty one keeps its targets", async () => {
  await using dir = await TempDir.make();
  await using receiver = new FakeReceiver();
  await using exporter = FakeExporter.start(() => gauge(1));
  await Deno.mkdir(`${dir.path}/targets`);
  const write = (name: string, ...instances: readonly string[]) =>
    dir.write(
      `targets/${name}`,
      JSON.stringify(
        instances.map((instance) => ({ targets: [exporter.address], labels: { instance } })),
      ),
    );
  const pushes = (instance: string) => receiver.pushesMs(`/metrics/node/${instance}`).length;
  const more = async (...instances: readonly string[]) => {
    const before = instances.map(pushes);
    await waitFor(() => {
      assertEquals(
        instances.map((each, i) => pushes(each) > before[i]!),
        instances.map(() => true),
      );
    }, { timeoutMs: 20_000, what: `pushes of ${instances}` });
  };

  await write("a.json", "one");
  await dir.write(
    "config.json",
    JSON.stringify({
      bearer_token: newToken(),
      interval: "200ms",
      sources: [{
        files: ["targets/*.json"],
        job: "node",
        destination: receiver.destination("/metrics/{job}/{instance}"),
      }],
    }),
  );
  await using sender = startPrompipe(["sender", "--config", `${dir.path}/config.json`]);
  await more("one");
  await write("b.json", "two");
  await write("a.json", "one", "three");
  await more("one", "two", "three");

  // Broken, it keeps what it had, and that is said once, whatever else changes.
  await dir.write("targets/a.json", "[{");
  sender.signal("SIGHUP");
  await sender.waitForOutput(/targets left out.*targets\/a\.json.*its last targets stay/);
  await more("one", "three");
  await write("b.json", "four");
  sender.signal("SIGHUP");
  await more("one", "three", "four");
  assertEquals(sender.output.match(/targets left out/g)!.length, 1, sender.output);

  // Gone, it has none.
  await Deno.remove(`${dir.path}/targets/a.json`);
  sender.signal("SIGHUP");
  await sender.waitForOutput(/config applied.* added=0 removed=2/);
  const gone = ["one", "three"].map(pushes);
  await more("four");
  assertEquals(["one", "three"].map(pushes), gone);
});
