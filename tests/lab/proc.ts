// What a running process takes of the machine, from Linux's own account.

const MIB = 2 ** 20;

/** Resident memory now, in MiB. */
export function residentMib(pid: number): number {
  return statusKb(pid, "VmRSS") * 1024 / MIB;
}

/** The most that the kernel has seen of it, the start included. */
export function peakMib(pid: number): number {
  return statusKb(pid, "VmHWM") * 1024 / MIB;
}

/** File descriptors that are open. */
export function openFiles(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

function statusKb(pid: number, field: string): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const kb = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kb === undefined) throw new Error(`Cannot find "${field}" of process ${pid}`);
  return Number(kb);
}
