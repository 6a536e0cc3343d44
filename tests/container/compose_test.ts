// Holds the files of examples/compose.yaml against the programs that read them.

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { testWithParts } from "../parts.ts";
import { configOf } from "../sender/config_file.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

for (const path of ["prometheus.yml", "compose/prometheus.yml"]) {
  testWithParts(`promtool finds no fault in examples/${path}`, ["promtool"], async (parts) => {
    const { path: promtool, env } = parts.promtool;
    const { success, stdout, stderr } = await new Deno.Command(promtool, {
      args: ["check", "config", fileURLToPath(new URL(path, EXAMPLES))],
      env,
    }).output();
    assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  });
}

Deno.test("the sender of examples/compose.yaml pipes between services of that file", async () => {
  const { pairs } = await configOf(
    await Deno.readTextFile(new URL("compose/sender.example.json", EXAMPLES)),
  );
  const compose = await Deno.readTextFile(new URL("compose.yaml", EXAMPLES));
  const services = [...compose.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name);
  for (const { source, destinations } of pairs) {
    for (const { url } of [source, ...destinations]) {
      assert(services.includes(url.hostname), url.hostname);
    }
  }
});

Deno.test("examples/compose.yaml mounts files that are there, or that its head makes", async () => {
  const compose = await Deno.readTextFile(new URL("compose.yaml", EXAMPLES));
  const mounted = new Set([...compose.matchAll(/\.\/compose\/([\w.-]+)/g)].map(([, name]) => name));
  const made = new Set([...compose.matchAll(/^# .* > ([\w.-]+)$/gm)].map(([, name]) => name));
  const there = new Set<string>();
  for await (const { name } of Deno.readDir(new URL("compose/", EXAMPLES))) there.add(name);
  assertEquals([...mounted].filter((name) => !made.has(name) && !there.has(name ?? "")), []);
  const ignored = await Deno.readTextFile(new URL("compose/.gitignore", EXAMPLES));
  assertEquals(new Set(ignored.trim().split("\n")), made);
});
