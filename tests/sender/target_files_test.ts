import { assert, assertEquals } from "@std/assert";
import { pairFields } from "../../sender/pair.ts";
import { type Around, faultsOf, fileWith, load, pairWith } from "./config_file.ts";

const DESTINATION = "http://push.example/metrics/{job}/{instance}";

function groups(...targets: readonly string[]): string {
  return JSON.stringify([{ targets }]);
}

/** Loads a file that has nothing but `sources`. */
async function discover(
  entry: Record<string, unknown>,
  { top = {}, ...around }: Around & { readonly top?: Record<string, unknown> } = {},
) {
  const source = { files: ["targets/*.json"], destination: DESTINATION, job: "node", ...entry };
  const loaded = await load(fileWith({ pairs: undefined, ...top, sources: [source] }), around);
  assert(loaded.ok, loaded.ok ? "" : loaded.faults.join("\n"));
  return {
    ...loaded,
    piped: loaded.config.pairs.map((pair) => Object.values(pairFields(pair)).join(" ")),
  };
}

const PUSH = "http://push.example/metrics/node";

Deno.test("loadConfig() makes a pair of each target of each file that a pattern matches", async () => {
  const files = {
    "/etc/prompipe/targets/b.json": groups("b:1"),
    "/etc/prompipe/targets/a.json": groups("a:1", "a:2"),
    "/etc/prompipe/targets/a.yml": groups("c:1"),
    "/etc/prompipe/other.json": groups("d:1"),
    "/srv/x.yml": "- targets: [x:1]\n",
  };
  const { piped, warnings, files: paths } = await discover(
    { files: ["targets/*.json", "/srv/x.yml", "targets/a.json"] },
    { files },
  );
  assertEquals(piped, [
    `http://a:1/metrics ${PUSH}/a%3A1`,
    `http://a:2/metrics ${PUSH}/a%3A2`,
    `http://b:1/metrics ${PUSH}/b%3A1`,
    `http://x:1/metrics ${PUSH}/x%3A1`,
  ]);
  assertEquals(warnings, []);
  assertEquals(paths, [
    "/etc/prompipe/targets",
    "/etc/prompipe/targets/a.json",
    "/etc/prompipe/targets/b.json",
    "/srv/x.yml",
  ]);
});

Deno.test("loadConfig() gives pairs of targets what their labels, the entry and the top say", async () => {
  const labels = {
    __scheme__: "https",
    __metrics_path__: "/probe",
    __param_module: "if_mib",
    __meta_x: "y",
    job: "snmp",
    site: "home",
    empty: "",
  };
  const { config } = await discover({
    interval: "1m",
    labels: { room: "attic", site: "x" },
    params: { module: ["other", "second"], target: ["t"] },
    destination: ["http://a/metrics/{job}/{instance}", "http://b/{site}/metrics/all/{instance}"],
  }, {
    top: { timeout: "5s", headers: { "X-A": "b" } },
    files: { "/etc/prompipe/targets/a.json": JSON.stringify([{ targets: ["a:1"], labels }]) },
  });
  const [pair] = config.pairs;
  assertEquals(pair!.source.url.href, "https://a:1/probe?module=if_mib&module=second&target=t");
  assertEquals(pair!.source.headers, { "X-A": "b" });
  assertEquals(pair!.labels, { room: "attic", site: "home" });
  assertEquals([pair!.intervalMs, pair!.timeoutMs], [60_000, 5_000]);
  assertEquals(pair!.destinations.map(({ url, target }) => [url.href, target]), [
    ["http://a/metrics/snmp/a%3A1", { job: "snmp", instance: "a:1" }],
    ["http://b/home/metrics/all/a%3A1", { job: "all", instance: "a:1" }],
  ]);
});

Deno.test("loadConfig() leaves out what makes no pair, and says so in a line a file", async () => {
  const table: [Record<string, string>, Record<string, unknown>, string][] = [
    [{}, { job: undefined }, '"targets/a.json": target "a:1" has no label "job", and 1 more'],
    [{ instance: "" }, {}, '"targets/a.json": target "a:1" has no label "instance", and 1 more'],
    [
      { job: ".." },
      {},
      '"targets/a.json": target "a:1" has a label that no destination can hold, and 1 more',
    ],
    [
      { instance: "one" },
      {},
      '"targets/a.json": target "a:2" has the destination of another target',
    ],
    [
      { __scheme__: "ftp" },
      {},
      '"targets/a.json": target "a:1" names no http:// or https:// URL, and 1 more',
    ],
    [
      { site: "\u0001" },
      {},
      '"targets/a.json": target "a:1" has a label "site" that holds a control character, and 1 more',
    ],
  ];
  for (const [labels, entry, warning] of table) {
    const text = JSON.stringify([{ targets: ["a:1", "a:2"], labels }]);
    const files = { "/etc/prompipe/targets/a.json": text };
    assertEquals((await discover(entry, { files })).warnings, [warning]);
  }
});

Deno.test("loadConfig() takes the same target twice for one, and a pair of the config first", async () => {
  const files = { "/etc/prompipe/targets/a.json": groups("a:1", "a:1", "b:1") };
  const own = pairWith({ source: "http://own/metrics", destination: `${PUSH}/b%3A1` });
  const { piped, warnings } = await discover({}, { files, top: { pairs: [own] } });
  assertEquals(piped, [`http://own/metrics ${PUSH}/b%3A1`, `http://a:1/metrics ${PUSH}/a%3A1`]);
  assertEquals(warnings, ['"targets/a.json": target "b:1" has the destination of another target']);
});

Deno.test("loadConfig() keeps the last targets of a faulty file, and not those of one that went", async () => {
  const a = "/etc/prompipe/targets/a.json";
  const b = "/etc/prompipe/targets/b.json";
  const first = await discover({}, { files: { [a]: groups("a:1"), [b]: groups("b:1") } });
  const broken = await discover({}, {
    files: { [a]: "[{", [b]: groups("b:2") },
    before: first.targetFiles,
  });
  assertEquals(broken.piped, [
    `http://a:1/metrics ${PUSH}/a%3A1`,
    `http://b:2/metrics ${PUSH}/b%3A2`,
  ]);
  assertEquals(broken.warnings, [
    '"targets/a.json" is not JSON: close brace expected at line 1, column 3; its last targets stay',
  ]);
  const still = await discover({}, { files: { [a]: "x" }, before: broken.targetFiles });
  assertEquals(still.piped, [`http://a:1/metrics ${PUSH}/a%3A1`]);
  const gone = await discover({}, { files: { [b]: groups("b:1") }, before: still.targetFiles });
  assertEquals(gone.piped, [`http://b:1/metrics ${PUSH}/b%3A1`]);
});

Deno.test("loadConfig() goes on without files of targets, and says that there are none", async () => {
  const { piped, warnings, files } = await discover({ files: ["targets/*.json", "/none.yml"] });
  assertEquals(piped, []);
  assertEquals(warnings, ['"targets/*.json" matches no file', '"/none.yml" is not there']);
  assertEquals(files, ["/etc/prompipe/targets", "/none.yml"]);
});

Deno.test("loadConfig() says what is wrong with an entry of sources", async () => {
  const right = { files: ["a.json"], destination: DESTINATION };
  const paths = '"sources[0].files[0]" must be a list of paths that end in .json, .yml or .yaml, ' +
    "with a * in the last part at most; ";
  const destination =
    '"sources[0].destination" must be an http(s):// or ws(s):// URL that ends in ' +
    '/metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi", or a list ' +
    "of them; {job} and {instance} may stand for a target's labels; ";
  const table: [Record<string, unknown>, string][] = [
    [{ ...right, files: ["a.txt"] }, `${paths}it is "a.txt"`],
    [{ ...right, files: ["*/a.json"] }, `${paths}it is "*/a.json"`],
    [{ ...right, files: ["a**.json"] }, `${paths}it is "a**.json"`],
    [
      { ...right, destination: "http://{job}/metrics/a/b" },
      `${destination}it is "http://{job}/metrics/a/b"`,
    ],
    [
      { ...right, destination: "http://a/metrics/{}/b" },
      `${destination}it is "http://a/metrics/{}/b"`,
    ],
    [{ ...right, zzzzzz: "x" }, '"sources[0].zzzzzz" is unknown; known are '],
  ];
  for (const [entry, fault] of table) {
    const [first, ...others] = await faultsOf(fileWith({ sources: [entry] }));
    assertEquals([first!.slice(0, fault.length), others], [fault, []]);
  }
});
