import { assertEquals } from "@std/assert";
import { ConfigReloader } from "../../cli/reload_config.ts";
import { Fault } from "../../cli/terminal.ts";
import type { LoadedConfig, SenderConfig } from "../../sender/mod.ts";
import { makePair } from "../fakes/pair.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const NONE = new Map();
const CONFIG: SenderConfig = { pairs: [makePair()], self: undefined };

/** Reads what it is told, in turn; `told` is what the sender and the metrics hear. */
function reloader(...reads: (() => LoadedConfig)[]) {
  const log = new RecordedLog();
  const told: unknown[] = [];
  let added = [makePair()];
  const made = new ConfigReloader({ files: ["/first"], targetFiles: NONE, warnings: ["old"] }, {
    read: () => Promise.resolve().then(reads.shift()!),
    sender: {
      apply(config) {
        told.push(config);
        const changes = { kept: 1, added, removed: [] };
        added = [];
        return Promise.resolve(changes);
      },
    },
    metrics: {
      open: () => Promise.resolve(void told.push("open")),
      follow: () => void told.push("follow"),
      reloaded: (result) => void told.push(result),
    },
    log,
  });
  return { reloader: made, log, told };
}

Deno.test("ConfigReloader.reload() applies what is new, and says where nothing is", async () => {
  const good = (): LoadedConfig => ({
    ok: true,
    config: CONFIG,
    files: ["/second"],
    warnings: [],
    targetFiles: NONE,
  });
  const { reloader: made, log, told } = reloader(good, good);
  await made.reload();
  assertEquals(made.files, ["/second"]);
  await made.reload();
  assertEquals(told, [CONFIG, "follow", "applied", CONFIG, "follow", "unchanged"]);
  assertEquals(log.events.map(({ level, event, fields }) => [level, event, fields]), [
    ["info", "config applied", { kept: 1, added: 1, removed: 0 }],
    ["info", "config unchanged", {}],
  ]);
});

Deno.test("ConfigReloader.reload() refuses what is faulty or gone, and the old one goes on", async () => {
  const { reloader: made, log, told } = reloader(
    () => ({ ok: false, faults: ['"pairs" must be a list', '"x" is unknown'], files: ["/bad"] }),
    () => {
      throw new Fault(2, 'Cannot read config "c.json": no such file. Three steps\n  more');
    },
  );
  await made.reload();
  // It may become good by a change of what it names now.
  assertEquals(made.files, ["/bad"]);
  await made.reload();
  assertEquals(told, ["refused", "refused"]);
  assertEquals(log.events.map(({ level, event, fields }) => [level, event, fields["faults"]]), [
    ["error", "config refused", '"pairs" must be a list; "x" is unknown'],
    ["error", "config refused", 'Cannot read config "c.json": no such file. Three steps'],
  ]);
});

Deno.test("ConfigReloader.reload() opens the metrics for a new self, and takes turns", async () => {
  const self = { ...CONFIG.pairs[0]!, source: undefined };
  const config = { ...CONFIG, self } as unknown as SenderConfig;
  const good = (): LoadedConfig => ({
    ok: true,
    config,
    files: [],
    warnings: [],
    targetFiles: NONE,
  });
  const { reloader: made, told } = reloader(good, good);
  await Promise.all([made.reload(), made.reload()]);
  const once = ["open", config, "follow"];
  assertEquals(told, [...once, "applied", ...once, "unchanged"]);
});

Deno.test("ConfigReloader.reload() tells of targets left out once, until it is other ones", async () => {
  const leavingOut = (...warnings: string[]) => (): LoadedConfig => ({
    ok: true,
    config: CONFIG,
    files: [],
    warnings,
    targetFiles: NONE,
  });
  const reads = [["old"], ["old", "new"], ["new"], [], ["new"]].map((each) => leavingOut(...each));
  const { reloader: made, log } = reloader(...reads);
  for (const _ of reads) await made.reload();
  const told = log.events.filter(({ event }) => event === "targets left out");
  assertEquals(told.map(({ fields }) => fields["reason"]), ["new", "new"]);
});
