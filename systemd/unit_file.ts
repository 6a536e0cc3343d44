// The unit file: put in its place, or left there where it says the same already.

import { dirname, join } from "node:path";
import { type Failure, failure, isDenied, refusal } from "./failure.ts";
import type { System } from "./system.ts";
import { unitName, type UnitPlan } from "./unit.ts";

/** The folder of an administrator's own units. */
const USUAL_UNIT_DIR = "/etc/systemd/system";

/** Where a unit's file lies. */
export function unitPath(kind: UnitPlan["kind"], unitDir: string): string {
  return join(unitDir, `${unitName(kind)}.service`);
}

export interface Written {
  readonly ok: true;
  /** What the file said before; undefined: there was none. */
  readonly before: string | undefined;
}

/** Writes the file, unless it is as it should be. */
export async function writeUnitFile(
  path: string,
  text: string,
  system: System,
): Promise<Written | Failure> {
  const unitDir = dirname(path);
  const cannot = (why: string) => failure(`Cannot write "${path}": ${why}`);
  try {
    if ((await system.stat(unitDir)).kind !== "folder") {
      return cannot(`"${unitDir}" is not a folder`);
    }
    const before = await system.readText(path).catch(() => undefined);
    if (before !== text) await system.writeText(path, text, 0o644);
    return { ok: true, before };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      const where = unitDir === USUAL_UNIT_DIR ? ", so systemd is not installed here" : "";
      return cannot(
        `there is no folder "${unitDir}"${where}; name another one with --unit-dir`,
      );
    }
    return cannot(
      refusal(error) +
        (isDenied(error) ? "; run it with sudo, or name another folder with --unit-dir" : ""),
    );
  }
}
