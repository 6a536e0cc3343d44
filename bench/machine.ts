// Where and when figures were taken; nothing that names the machine.

export interface Machine {
  /** Such as "2027-01-31". */
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly deno: string;
  /** Of the last minute, as the bench began and as it ended. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** To be called at the start; what it returns, at the end. */
export function watchMachine(): () => Machine {
  const loadBefore = Deno.loadavg()[0]!;
  return () => ({
    date: new Date().toISOString().slice(0, 10),
    cores: navigator.hardwareConcurrency,
    cpu: cpuModel(Deno.readTextFileSync("/proc/cpuinfo")),
    memoryBytes: Deno.systemMemoryInfo().total,
    system: `${release(Deno.readTextFileSync("/etc/os-release"))}, Linux ${
      /^[\d.]+/.exec(Deno.osRelease())
    }`,
    deno: Deno.version.deno,
    loadBefore,
    loadAfter: Deno.loadavg()[0]!,
  });
}

/** One line for people. */
export function describe(machine: Machine): string {
  const { date, cores, cpu, memoryBytes, system, deno, loadBefore, loadAfter } = machine;
  const gibibytes = (memoryBytes / 2 ** 30).toFixed(0);
  return `${date}, ${cores} cores of ${cpu}, ${gibibytes} GiB, ${system}, Deno ${deno}, load ` +
    `${loadBefore.toFixed(1)} before and ${loadAfter.toFixed(1)} after`;
}

function cpuModel(text: string): string {
  return /^(?:model name|Model)\s*: (.+)$/m.exec(text)?.[1]?.trim() ?? Deno.build.arch;
}

function release(text: string): string {
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? Deno.build.os;
}
