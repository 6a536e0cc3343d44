// One line per target, kept up to date: what the demo's two processes say of it.

import { formatDuration, formatSize } from "../../protocol/mod.ts";

/** What is shown of a target. */
export interface TargetState {
  readonly instance: string;
  /** Size of its snapshot as Prometheus would get it; `undefined` while there is none. */
  readonly bytes: number | undefined;
  /** Why there is none, in the receiver's words. */
  readonly reason: string;
  readonly pushes: number;
  /** Since the last snapshot was delivered. */
  readonly ageMs: number | undefined;
}

/** Asks the receiver for each target, and the sender for its counts. */
export async function readTargets(
  instances: readonly string[],
  ports: { readonly scrapePort: number; readonly metricsPort: number },
): Promise<TargetState[]> {
  const counts = await get(`http://127.0.0.1:${ports.metricsPort}/metrics`);
  return await Promise.all(instances.map(async (instance) => {
    const answer = await get(`http://127.0.0.1:${ports.scrapePort}/metrics/demo/${instance}`);
    const last = sample(counts.text, "prompipe_sender_last_success_timestamp_seconds", instance);
    return {
      instance,
      bytes: answer.ok ? answer.text.length : undefined,
      reason: answer.text.trim(),
      pushes: sample(counts.text, "prompipe_sender_deliveries_total", instance) ?? 0,
      ageMs: last === undefined ? undefined : Date.now() - last * 1000,
    };
  }));
}

/** Shows targets: on a terminal always in the same lines, elsewhere below each other. */
export class TargetView {
  #shown = 0;

  show(targets: readonly TargetState[]): void {
    if (Deno.stdout.isTerminal() && this.#shown > 0) {
      Deno.stdout.writeSync(new TextEncoder().encode(`\x1b[${this.#shown}A\x1b[J`));
    }
    for (const target of targets) console.log(line(target));
    this.#shown = targets.length;
  }
}

function line({ instance, bytes, reason, pushes, ageMs }: TargetState): string {
  const name = `demo/${instance}`.padEnd(16);
  if (bytes === undefined || ageMs === undefined) return `${name} ${reason}`;
  const age = formatDuration(Math.round(ageMs / 100) * 100);
  return `${name} fresh   age ${age.padEnd(8)} size ${
    formatSize(bytes).padEnd(8)
  } pushes ${pushes}`;
}

/** The value of the sample of a metric for an instance. */
function sample(exposition: string, metric: string, instance: string): number | undefined {
  const found = exposition.split("\n").find((each) =>
    each.startsWith(`${metric}{`) && each.includes(`target_instance="${instance}"`)
  );
  return found === undefined ? undefined : Number(found.split(" ").at(-1));
}

async function get(url: string): Promise<{ ok: boolean; text: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return { ok: response.ok, text: await response.text() };
  } catch {
    return { ok: false, text: "starting" };
  }
}
