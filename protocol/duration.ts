// Durations as Prometheus writes them: 500ms, 4s, 1m30s, 10m, 1d.
// https://prometheus.io/docs/prometheus/latest/configuration/configuration/ (<duration>)

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [
  { name: "y", ms: 365 * DAY },
  { name: "w", ms: 7 * DAY },
  { name: "d", ms: DAY },
  { name: "h", ms: HOUR },
  { name: "m", ms: MINUTE },
  { name: "s", ms: SECOND },
  { name: "ms", ms: 1 },
] as const;

/** Milliseconds, or `undefined` where the text is no duration. `0` needs no unit. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const match = DURATION.exec(text);
  if (match === null || text === "") return undefined;
  let ms = 0;
  for (const [index, unit] of UNITS.entries()) {
    ms += Number(match[index + 1] ?? 0) * unit.ms;
  }
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** The shortest way to write so many milliseconds (rounded to whole ones): `1m30s`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest <= 0) return "0s";
  let text = "";
  for (const unit of UNITS) {
    const count = Math.floor(rest / unit.ms);
    if (count > 0) text += `${count}${unit.name}`;
    rest -= count * unit.ms;
  }
  return text;
}
