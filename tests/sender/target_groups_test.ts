import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseTargetGroups, type TargetGroup } from "../../sender/target_groups.ts";

const GROUPS: readonly TargetGroup[] = [
  { targets: ["a:9100", "[::1]:9100"], labels: { site: "home", port: "9100" } },
  { targets: [], labels: {} },
];

Deno.test("parseTargetGroups() reads JSON and YAML alike", async () => {
  const json = JSON.stringify(GROUPS);
  const yaml = `
- targets: [a:9100, "[::1]:9100"]
  labels:
    site: home
    port: 9100
- targets: []
`;
  for (const name of ["a.json", "a.JSON", "a.yml", "a.yaml", "a.YML"]) {
    assertEquals(await parseTargetGroups(name, json), { ok: true, groups: GROUPS }, name);
  }
  assertEquals(await parseTargetGroups("a.yml", yaml), { ok: true, groups: GROUPS });
  for (
    const [name, text] of [["a.json", "[]"], ["a.json", "null"], ["a.yml", ""], [
      "a.yml",
      "# none\n",
    ]]
  ) {
    assertEquals(await parseTargetGroups(name!, text!), { ok: true, groups: [] }, name);
  }
});

Deno.test("parseTargetGroups() says what is wrong, without what stands there", async () => {
  const list = 'must hold a list of {"targets": […], "labels": {…}}';
  const labels = 'entry 1: "labels" must hold texts under names that labels can have';
  const table: [string, string, string][] = [
    ["a.json", "", "is not JSON: value expected at line 1, column 1"],
    ["a.json", '[{"targets": ["a"]', "is not JSON: close brace expected at line 1, column 19"],
    ["a.yml", "- a: [", "is not YAML: line 1, column 7"],
    ["a.json", "{}", list],
    ["a.json", "[1]", 'entry 1 must have "targets" and may have "labels", and nothing else'],
    ["a.json", "[{}]", 'entry 1: "targets" must be a list of texts'],
    [
      "a.json",
      '[{"targets": [], "x": 1}]',
      'entry 1 must have "targets" and may have "labels", and nothing else',
    ],
    ["a.json", '[{"targets": []}, {"targets": "a"}]', 'entry 2: "targets" must be a list of texts'],
    ["a.json", '[{"targets": ["a", 1]}]', "entry 1: target 2 must be a host and a port"],
    ["a.json", '[{"targets": ["http://a/b"]}]', "entry 1: target 1 must be a host and a port"],
    ["a.json", '[{"targets": [""]}]', "entry 1: target 1 must be a host and a port"],
    ["a.json", '[{"targets": [], "labels": {"a": 1}}]', labels],
    ["a.json", '[{"targets": [], "labels": {"a-b": "c"}}]', labels],
    ["a.json", '[{"targets": [], "labels": {"a": "\\ud800"}}]', labels],
    ["a.json", '[{"targets": [], "labels": []}]', labels],
  ];
  for (const [name, text, reason] of table) {
    assertEquals(await parseTargetGroups(name, text), { ok: false, reason }, text);
  }
});

Deno.test("parseTargetGroups() answers any text, a bomb as well", async () => {
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [i, name] of [..."bcdefghi"].entries()) {
    const before = "abcdefgh"[i];
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`)}]`);
  }
  assert(!(await parseTargetGroups("a.yml", bomb.join("\n"))).ok);
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
    for (const name of ["a.json", "a.yml"]) {
      const read = await parseTargetGroups(name, text);
      if (!read.ok) assert(!/[\p{Cc}]/u.test(read.reason));
    }
  }));
});
