// What an exporter may say, scrape after scrape, the same in every run.

/** Bodies of so many series, of which so many get another value each time. */
export function scrapes(
  { count, series, changing }: {
    readonly count: number;
    readonly series: number;
    readonly changing: number;
  },
): Uint8Array<ArrayBuffer>[] {
  const random = pseudoRandom(1);
  const values = Array.from({ length: series }, () => random(1e9) / 100);
  return Array.from({ length: count }, () => {
    for (let change = 0; change < changing; change++) {
      const at = Math.floor(series / changing * change);
      values[at] = values[at]! + random(1e4) / 100;
    }
    return new TextEncoder().encode(values.map(line).join(""));
  });
}

function line(value: number, at: number): string {
  const name = `node_part_${at >> 3}_seconds_total`;
  const head = at % 8 === 0 ? `# HELP ${name} Seconds.\n# TYPE ${name} counter\n` : "";
  return `${head}${name}{cpu="${at % 8}",mode="idle"} ${value.toFixed(2)}\n`;
}

/** Whole numbers below `limit`, the same for the same seed (xorshift, 32 bits). */
export function pseudoRandom(seed: number): (limit: number) => number {
  let state = seed | 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
