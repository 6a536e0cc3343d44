// What a receiver keeps in memory while large pushes come as fast as it takes them, and
// what of that each flag of the runtime brings about (build/tuning.ts).

import { TUNINGS } from "../../build/tuning.ts";
import { madeBody } from "../bodies.ts";
import { figure } from "../figure.ts";
import { pushEach, scrapeEach } from "../fill.ts";
import type { Part, Result, Scale } from "../part.ts";
import { BenchReceiver, Program } from "../program.ts";
import { residentBytes, settle, type Usage, watchUntil } from "../watch.ts";
import { load, type LoadReport, whyNoWrk } from "../wrk.ts";

export const flood: Part = {
  name: "flood",
  what: "a receiver's memory under a minute of 1 MB pushes, and with each flag left out",
  run,
};

const CONNECTIONS = 64;
const WHOLE_S = 60;
const VARIANT_S = 5;

/** Which flags a receiver runs with. */
interface Variant {
  readonly name: string;
  readonly program: Program;
  readonly seconds: number;
  /** A long one isn't repeated. */
  readonly once: boolean;
}

interface Taken {
  readonly restBytes: number;
  readonly load: Usage & { readonly value: LoadReport };
}

async function run({ quick, rounds, program, tell }: Scale): Promise<Result> {
  const title = "Memory in a flood";
  const without = whyNoWrk();
  if (without !== undefined) return { part: "flood", title, notes: [without], tables: [] };

  const variants = variantsOf(program, quick);
  const taken = new Map<Variant, Taken[]>(variants.map((variant) => [variant, []]));
  const notes = [
    `${CONNECTIONS} connections that PUT 1 MB each, plain, to one target, as fast as they are answered.`,
    "*At rest*: after some hundred small pushes and scrapes, before the flood; the most is the kernel's own account of the flood.",
    `The minute is the ${program.origin} build, once; the others run the checkout for ${VARIANT_S} s a round, with all flags of the portable file's receiver, without any, and without one of them.`,
  ];
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) {
      if (round > 0 && variant.once) continue;
      tell(`round ${round + 1}: ${variant.name}`);
      const sample = await floodOnce(variant);
      taken.get(variant)!.push(sample);
      const { failures } = sample.load.value;
      if (failures > 0) notes.push(`${variant.name}: ${failures} pushes failed.`);
    }
  }
  const columns = {
    "at rest, MiB": ({ restBytes }: Taken) => restBytes / 2 ** 20,
    "median, MiB": ({ load }: Taken) => load.residentMedianBytes / 2 ** 20,
    "most, MiB": ({ load }: Taken) => load.residentMostBytes / 2 ** 20,
    "pushes a second": ({ load }: Taken) => load.value.perSecond,
    "CPU seconds for 1,000": ({ load }: Taken) => 1000 * load.cpuSeconds / load.value.requests,
  };
  return {
    part: "flood",
    title,
    notes,
    tables: [{
      title: "Resident memory in a flood of 1 MB pushes",
      columns: Object.keys(columns).map((name) => ({ name })),
      rows: variants.map((variant) => ({
        label: variant.name,
        cells: Object.values(columns).map((read) => figure(taken.get(variant)!.map(read), "")),
      })),
      plot: { name: "flood", kind: "bars", columns: ["at rest, MiB", "median, MiB", "most, MiB"] },
    }],
  };
}

function variantsOf(program: Program, quick: boolean): Variant[] {
  const whole = { name: quick ? "1 s" : "a minute", program, seconds: quick ? 1 : WHOLE_S };
  if (quick) return [{ ...whole, once: true }];
  const all = TUNINGS.byCommand.receiver!.v8;
  const variant = (name: string, flags: readonly string[]) => (
    { name, program: new Program("source", flags), seconds: VARIANT_S, once: false }
  );
  const groups = Map.groupBy(all, groupOf);
  return [
    { ...whole, once: true },
    variant("all flags", all),
    variant("no flags", []),
    ...[...groups].map(([group, flags]) =>
      variant(`without ${group}`, all.filter((flag) => !flags.includes(flag)))
    ),
  ];
}

/** Those that only make sense together are left out together. */
function groupOf(flag: string): string {
  if (flag.startsWith("--invocation-count-for")) return "--invocation-count-for-…";
  return flag;
}

async function floodOnce({ program, seconds }: Variant): Promise<Taken> {
  await using receiver = await BenchReceiver.start(program);
  const pids = [receiver.process.pid];
  const small = madeBody(1e3).plain;
  for (let i = 0; i < 10; i++) {
    await pushEach(receiver, { targets: 20, body: small });
    await scrapeEach(receiver, 20);
  }
  await settle(pids);
  const restBytes = residentBytes(pids);
  const flooded = await watchUntil(
    pids,
    load({
      method: "PUT",
      url: `http://${receiver.push}/metrics/bench/flood`,
      headers: { Authorization: `Bearer ${receiver.token}` },
      body: madeBody(1e6).plain,
    }, { connections: CONNECTIONS, seconds }),
  );
  return { restBytes, load: flooded };
}
