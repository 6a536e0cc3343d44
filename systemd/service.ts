// What systemd does with a unit, asked for by way of systemctl.

import { type Failure, failure } from "./failure.ts";
import type { System } from "./system.ts";

/** How long a service is watched that was just started: most faults show by then. */
const WATCH_MS = 2000;
const PAUSE_MS = 200;

export type Systemctl = Pick<System, "systemctl">;

/** Why there is no systemd to ask; undefined: it runs. */
export async function whyNoSystemd(system: Pick<System, "exists">): Promise<string | undefined> {
  // As sd_booted(3) has it.
  const runs = await system.exists("/run/systemd/system");
  return runs ? undefined : "systemd does not run here";
}

/** Runs systemctl; a failure has its own words. */
export async function ask(
  args: readonly string[],
  system: Systemctl,
): Promise<{ readonly ok: true; readonly output: string } | Failure> {
  const cannot = (why: string) => failure(`Cannot run "systemctl ${args.join(" ")}": ${why}`);
  try {
    const { ok, output } = await system.systemctl(args);
    return ok ? { ok, output } : cannot(output.trim());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return cannot("there is no systemctl on the PATH");
    throw error;
  }
}

/** What systemd knows of a unit, by systemctl's own names. */
export interface Known {
  readonly ok: true;
  /** Of the unit file in use; empty: it knows of none. */
  readonly FragmentPath: string;
  readonly ActiveState: string;
  readonly Result: string;
  readonly ExecMainStatus: string;
}

export async function askState(name: string, system: Systemctl): Promise<Known | Failure> {
  const known = { FragmentPath: "", ActiveState: "", Result: "", ExecMainStatus: "" };
  const answer = await ask(["show", `--property=${Object.keys(known)}`, name], system);
  if (!answer.ok) return answer;
  const lines = answer.output.split("\n").map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? []);
  return { ok: true, ...known, ...Object.fromEntries(lines) };
}

export interface Start {
  /** What systemd should have read. */
  readonly unitFile: string;
  /** Whether a service that runs already is out of date. */
  readonly changed: boolean;
}

/** Enables and starts a unit, and answers with what then runs, in words. */
export async function startNow(
  name: string,
  { unitFile, changed }: Start,
  system: System,
): Promise<{ readonly ok: true; readonly told: string } | Failure> {
  const reloaded = await ask(["daemon-reload"], system);
  if (!reloaded.ok) return reloaded;
  const before = await askState(name, system);
  if (!before.ok) return before;
  if (!await isFile(before.FragmentPath, unitFile, system)) {
    const instead = before.FragmentPath === "" ? "does not look there" : "has another unit of " +
      `that name, "${before.FragmentPath}"`;
    return failure(`Cannot start "${unitFile}": systemd ${instead}`);
  }
  const enabled = await ask(["enable", name], system);
  if (!enabled.ok) return enabled;
  const ran = before.ActiveState === "active";
  const started = await ask([changed ? "restart" : "start", name], system);
  if (!started.ok) return started;

  if (ran && !changed) {
    return {
      ok: true,
      told:
        `${name} runs as before, and starts on boot; to start it anew: systemctl restart ${name}`,
    };
  }
  return await watch(name, { told: ran ? "was restarted and runs" : "runs", system });
}

async function watch(
  name: string,
  { told, system }: { readonly told: string; readonly system: System },
): Promise<{ readonly ok: true; readonly told: string } | Failure> {
  for (let waitedMs = 0;; waitedMs += PAUSE_MS) {
    const now = await askState(name, system);
    if (!now.ok) return now;
    if (now.ActiveState !== "active") {
      return failure(
        `Cannot keep ${name} running: ${now.ActiveState} (${now.Result}, status ` +
          `${now.ExecMainStatus}); to see its log: journalctl --unit ${name}`,
      );
    }
    if (waitedMs >= WATCH_MS) return { ok: true, told: `${name} ${told}, and starts on boot` };
    await system.pause(PAUSE_MS);
  }
}

/** Whether two paths lead to the same file. */
export async function isFile(
  path: string,
  other: string,
  system: Pick<System, "realPath">,
): Promise<boolean> {
  const [one, two] = await Promise.all(
    [path, other].map((each) => system.realPath(each).catch(() => each)),
  );
  return one === two;
}
