// Sizes as people write them: 512KiB, 10MiB, 1GiB.

const SIZE = /^(\d+)(B|KiB|MiB|GiB)$/;
const BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** Bytes, or `undefined` where the text is no size. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * BYTES[match[2] as keyof typeof BYTES];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** For people to read, with one decimal at the most: `9.3KiB`. */
export function formatSize(bytes: number): string {
  const unit = bytes >= BYTES.GiB
    ? "GiB"
    : bytes >= BYTES.MiB
    ? "MiB"
    : bytes >= BYTES.KiB
    ? "KiB"
    : "B";
  return `${Math.round(bytes / BYTES[unit] * 10) / 10}${unit}`;
}
