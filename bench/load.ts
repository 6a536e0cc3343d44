// What a process takes of the machine, by /proc.

import { readResident } from "./resident.ts";

/** Over some time. */
export interface Load {
  /** Of one core, from 0. */
  readonly cpu: number;
  /** Once a second. */
  readonly residentBytes: readonly number[];
}

/** Ticks of the clock that /proc counts in (USER_HZ, the same on all of Linux). */
const TICKS_PER_SECOND = 100;

/** Watches a process for so long. */
export async function watch(pid: number, seconds: number): Promise<Load> {
  const startMs = performance.now();
  const startS = cpuSeconds(pid);
  const residentBytes: number[] = [];
  while (performance.now() - startMs < seconds * 1000) {
    await new Promise((go) => setTimeout(go, 1000));
    residentBytes.push((await readResident(pid)).all);
  }
  const cpu = (cpuSeconds(pid) - startS) / ((performance.now() - startMs) / 1000);
  return { cpu, residentBytes };
}

function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
