// Takes back what install did: stops the service, and removes its unit and all that
// was made for it.

import { dirname, join } from "node:path";
import { type Failure, failure, isDenied, type Outcome, refusal } from "./failure.ts";
import { type Mark, readMark } from "./mark.ts";
import { ask, askState, isFile, whyNoSystemd } from "./service.ts";
import { type System, thisMachine } from "./system.ts";
import { TOKEN_FILE } from "./token.ts";
import { unitName } from "./unit.ts";
import { unitPath } from "./unit_file.ts";

/** Where systemd keeps caches and states, in `private` those of services that have no fixed user. */
const KEPT_BY_SYSTEMD = ["/var/cache", "/var/lib"];

export interface UninstallOptions {
  /** The folder of the unit file. */
  readonly unitDir: string;
  /** Only says what would be done; nothing is changed. */
  readonly print: boolean;
}

export async function uninstall(
  kind: Mark["kind"],
  { unitDir, print }: UninstallOptions,
  system: System = thisMachine,
): Promise<Outcome> {
  const name = unitName(kind);
  const unitFile = unitPath(kind, unitDir);
  const cannot = (why: string) => failure(`Cannot uninstall ${name}: ${why}`);
  try {
    if (!await system.exists(unitFile)) {
      return { ok: true, output: `${name} is not installed: there is no ${unitFile}\n` };
    }
    const mark = readMark(await system.readText(unitFile));
    if (mark?.kind !== kind) {
      return cannot(`"${unitFile}" is not what prompipe ${kind} install wrote`);
    }
    const holder = await whoseService(name, { unitFile, system });
    if (!holder.ok) return holder;
    const plan = await planRemoval({ name, unitFile, mark, holder }, system);
    return print ? { ok: true, output: wouldDo(plan) } : await carryOut(plan, system);
  } catch (error) {
    return cannot(refusal(error) + (isDenied(error) ? "; run it with sudo" : ""));
  }
}

/** Who has the service of that name. */
interface Holder {
  readonly ok: true;
  /** Whether systemd runs it from this unit file. */
  readonly systemd: boolean;
  /** Another unit file of that name, which systemd runs it from instead. */
  readonly other: string | undefined;
}

async function whoseService(
  name: string,
  { unitFile, system }: { readonly unitFile: string; readonly system: System },
): Promise<Holder | Failure> {
  const none: Holder = { ok: true, systemd: false, other: undefined };
  if (await whyNoSystemd(system) !== undefined) return none;
  const known = await askState(name, system);
  if (!known.ok) return known;
  const { FragmentPath: used } = known;
  if (used === "") return none;
  if (await isFile(used, unitFile, system)) return { ...none, systemd: true };
  return { ...none, other: used };
}

interface Plan {
  readonly name: string;
  /** To be stopped and disabled first. */
  readonly systemd: boolean;
  /** What is there to be removed. */
  readonly paths: readonly string[];
  /** Folders that are empty then. */
  readonly folders: readonly string[];
  readonly unitFile: string;
  /** What is not, in words. */
  readonly stays: readonly string[];
}

interface Installed {
  readonly name: string;
  readonly unitFile: string;
  readonly mark: Mark;
  readonly holder: Holder;
}

async function planRemoval(
  { name, unitFile, mark, holder }: Installed,
  system: System,
): Promise<Plan> {
  const { systemd, other } = holder;
  if (other !== undefined) {
    return {
      ...{ name, unitFile, systemd, paths: [], folders: [] },
      stays: [`${name} of ${other}`, ...mark.stays],
    };
  }
  const wanted = [
    join(dirname(unitFile), "multi-user.target.wants", `${name}.service`),
    // The link first: it leads to the other one.
    ...KEPT_BY_SYSTEMD.flatMap((folder) => [join(folder, name), join(folder, "private", name)]),
    // Nothing else, whatever somebody wrote into the unit.
    ...mark.goes.filter((path) => path === TOKEN_FILE),
  ];
  const paths: string[] = [];
  for (const path of wanted) {
    if (await system.exists(path)) paths.push(path);
  }
  const folder = dirname(TOKEN_FILE);
  const folders = await becomesEmpty(folder, paths, system) ? [folder] : [];
  const settings = `${unitFile}.d`;
  const stays = await system.exists(settings)
    ? [...mark.stays, `settings ${settings}`]
    : mark.stays;
  return { name, unitFile, systemd, paths, folders, stays };
}

/** Whether all that a folder holds is going to be removed, and some of it by us. */
async function becomesEmpty(
  folder: string,
  paths: readonly string[],
  system: System,
): Promise<boolean> {
  if (!paths.some((path) => dirname(path) === folder)) return false;
  return (await system.list(folder)).every((name) => paths.includes(join(folder, name)));
}

function wouldDo({ name, unitFile, systemd, paths, folders, stays }: Plan): string {
  return [
    ...systemd ? [`Would stop and disable ${name}`] : [],
    ...[...paths, ...folders, unitFile].map((path) => `Would remove ${path}`),
    ...stays.map((what) => `${what} stays`),
  ].map((line) => `${line}\n`).join("");
}

async function carryOut(plan: Plan, system: System): Promise<Outcome> {
  const { name, unitFile, systemd, paths, folders, stays } = plan;
  let output = "";
  const say = (line: string) => output += `${line}\n`;
  if (systemd) {
    const stopped = await ask(["disable", "--now", name], system);
    if (!stopped.ok) return stopped;
    say(`Stopped and disabled ${name}`);
  }
  const removals = [
    ...paths.map((path) => ({ path, remove: system.remove })),
    ...folders.map((path) => ({ path, remove: system.removeEmpty })),
    // Last: as long as it is there, uninstall can be run again.
    { path: unitFile, remove: system.remove },
  ];
  for (const { path, remove } of removals) {
    try {
      await remove(path);
      say(`Removed ${path}`);
    } catch (error) {
      // systemd took it away when it disabled the unit.
      if (error instanceof Deno.errors.NotFound) continue;
      const wayOut = isDenied(error) ? "; run it with sudo" : "";
      return { ...failure(`Cannot remove "${path}": ${refusal(error)}${wayOut}`), output };
    }
  }
  if (systemd) {
    const reloaded = await ask(["daemon-reload"], system);
    if (!reloaded.ok) return { ...reloaded, output };
    // Fails where there is nothing to forget.
    await ask(["reset-failed", name], system);
  }
  for (const what of stays) say(`${what} stays`);
  return { ok: true, output };
}
