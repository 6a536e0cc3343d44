// What of a process lies in memory, from Linux's own account.

/** In bytes. */
export interface Resident {
  readonly all: number;
  /** Of its own, and of no file: what only swapping could take away. */
  readonly anonymous: number;
}

/** Of a running process. */
export async function readResident(pid: number): Promise<Resident> {
  return parseResident(await Deno.readTextFile(`/proc/${pid}/smaps_rollup`));
}

/** From the text of proc(5)'s `smaps_rollup`. */
export function parseResident(text: string): Resident {
  const bytes = (name: string) => {
    const kilobytes = new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1];
    if (kilobytes === undefined) throw new Error(`Cannot find "${name}" in smaps_rollup`);
    return Number(kilobytes) * 1024;
  };
  return { all: bytes("Rss"), anonymous: bytes("Anonymous") };
}

/** The middle one, so that a moment's peak doesn't count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("There is no median of nothing");
  return middle;
}
