// `prompipe sender discover`: finds exporters on this machine, and writes them into the config.

import { formatSize } from "../protocol/mod.ts";
import type { DiscoverFlags } from "./command.ts";
import { replaceFile } from "./replace_file.ts";
import { Fault, formatTable, print } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Shows what was found, and writes it once that is allowed. 1 where there is nothing. */
export async function runDiscover(flags: DiscoverFlags): Promise<number> {
  const { discover } = await import("../sender/discover.ts");
  const { createGet } = await import("../sender/mod.ts");
  using get = createGet();
  const found = await discover({ get, userAgent: `prompipe/${VERSION}` });
  const exporters = found.filter(({ exposition }) => exposition !== undefined);
  if (found.length > 0) {
    print(formatTable([
      ["EXPORTER", "SOURCE", "SERIES", "SIZE"],
      ...found.map(({ exporter, source, exposition }) =>
        exposition === undefined
          ? ["-", source, "-", `something else than a ${exporter.name} exporter answers`]
          : [exporter.name, source, String(exposition.series), formatSize(exposition.bodyBytes)]
      ),
    ]));
  }
  if (exporters.length === 0) {
    print(`${found.length > 0 ? "\n" : ""}No exporter found on this machine's loopback addresses`);
    return 1;
  }
  const instance = Deno.hostname();
  const pairs = exporters.map(({ exporter, source }) => ({ source, job: exporter.name, instance }));
  return await extend(flags, pairs);
}

async function extend(
  { config, receiver, yes }: DiscoverFlags,
  pairs: readonly { source: string; job: string; instance: string }[],
): Promise<number> {
  const { extendConfig } = await import("../sender/discovered_config.ts");
  const text = await readIfThere(config);
  const extended = extendConfig(text, pairs, receiver);
  if (!extended.ok) throw new Fault(2, `Cannot load config "${config}": ${extended.fault}`);
  const { added } = extended;
  if (added.length === 0) {
    print(`\n"${config}" has them all`);
    return 0;
  }
  print(`\n${text === undefined ? "A new" : "To be added to"} "${config}":`);
  print(formatTable(added.map(({ source, destination }) => [`  ${source}`, "→", destination])));
  const question = `Write ${added.length === 1 ? "this pair" : `these ${added.length} pairs`}?`;
  if (!yes && !Deno.stdin.isTerminal()) {
    print("Nothing was written: --yes writes it");
    return 0;
  }
  if (!yes && !confirm(question)) return 0;
  await replaceFile(config, extended.text);
  print(`Written to "${config}"`);
  if (text === undefined) {
    print(
      "It holds a fresh bearer_token: give the receiver the same one" +
        (receiver === undefined ? ", and put its address into the destinations" : ""),
    );
  }
  return 0;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(2, `Cannot read config "${path}": ${reason}`);
  }
}
