// Holds which of the runtime's own modules a running receiver or sender has loaded. Each
// one is memory for good (docs/footprint.md): one more here is to be weighed first. What
// few need is imported late, with `import()`.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { bundle, BUNDLE_MAIN } from "../../build/bundle.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const IMPORT = /\b(?:from|import)"([^"]+)"/g;

/** Small, or loaded anyway by those below. */
const FEW = ["events", "path", "process", "util"];

async function loadedBy(command: string): Promise<string[]> {
  const { files } = await bundle(PROJECT, undefined);
  const chunk = [...files.keys()].find((name) => name.startsWith(`${command}_command-`));
  assert(chunk !== undefined, `${command} is no file of its own any more`);
  const builtins = new Set<string>();
  const reached = new Set([BUNDLE_MAIN, chunk]);
  for (const file of reached) {
    for (const [, path] of files.get(file)!.matchAll(IMPORT)) {
      if (path!.startsWith("./")) reached.add(path!.slice(2));
      else builtins.add(path!.replace(/^node:/, ""));
    }
  }
  return [...builtins].sort();
}

Deno.test("a receiver loads no module of the runtime that it doesn't need", async () => {
  // And late node:http, or node:https with a certificate, for the push listener.
  assertEquals(await loadedBy("receiver"), [...FEW, "buffer", "crypto", "stream", "zlib"].sort());
});

Deno.test("a sender loads no module of the runtime that it doesn't need", async () => {
  // node:http, for what fetch can't do, brings most of the others with it.
  const needed = ["crypto", "http", "https", "stream", "timers/promises", "tls", "zlib"];
  assertEquals(await loadedBy("sender"), [...FEW, ...needed].sort());
});
