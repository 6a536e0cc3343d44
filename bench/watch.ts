// What some processes take of the machine while something happens, by /proc.

import { median } from "./resident.ts";

/** Of all of them together. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Sampled ten times a second. */
  readonly residentMedianBytes: number;
  /** The kernel's own account of it, which misses nothing. */
  readonly residentMostBytes: number;
}

/** Ticks of the clock that /proc counts in (USER_HZ, the same on all of Linux). */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 100;
const SETTLE_MS = 50;

/** Watches processes until `done` settles. */
export async function watchUntil<T>(
  pids: readonly number[],
  done: Promise<T>,
): Promise<Usage & { readonly value: T }> {
  for (const pid of pids) forgetMost(pid);
  const startMs = performance.now();
  const startS = cpuSeconds(pids);
  const samples = [residentBytes(pids)];
  const timer = setInterval(() => samples.push(residentBytes(pids)), SAMPLE_MS);
  try {
    const value = await done;
    return {
      value,
      cpuSeconds: cpuSeconds(pids) - startS,
      seconds: (performance.now() - startMs) / 1000,
      residentMedianBytes: median(samples),
      residentMostBytes: sum(pids, (pid) => kilobytes(pid, "VmHWM") * 1024),
    };
  } finally {
    clearInterval(timer);
  }
}

/** Resolves once the processes have nothing left to do from what was asked of them. */
export async function settle(pids: readonly number[]): Promise<void> {
  for (let quiet = 0, before = cpuSeconds(pids); quiet < 2;) {
    await new Promise((go) => setTimeout(go, SETTLE_MS));
    const now = cpuSeconds(pids);
    // Where others keep the cores, who has work to do may wait for long.
    const rests = now - before <= 1 / TICKS_PER_SECOND && !pids.some(runs);
    quiet = rests ? quiet + 1 : 0;
    before = now;
  }
}

/** That all threads used so far. */
export function cpuSeconds(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const fields = statFields(`/proc/${pid}/stat`);
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  });
}

/** Whether any thread has something to do, or waits for a core. */
function runs(pid: number): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].some(({ name }) => {
    try {
      return statFields(`/proc/${pid}/task/${name}/stat`)[0] === "R";
    } catch {
      return false; // it has ended since
    }
  });
}

/** From the state on: proc(5), `stat`. */
function statFields(path: string): string[] {
  const stat = Deno.readTextFileSync(path);
  // The name, in brackets, may hold anything.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Just now. */
export function residentBytes(pids: readonly number[]): number {
  return sum(pids, (pid) => kilobytes(pid, "VmRSS") * 1024);
}

/** A process and all below it. */
export function processTree(pid: number): number[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  return [pid, ...children.split(" ").filter(Boolean).flatMap((child) => processTree(+child))];
}

function kilobytes(pid: number, name: string): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]);
}

/** Sets the most that it ever had to what it has now: proc(5), `clear_refs`. */
function forgetMost(pid: number): void {
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}
