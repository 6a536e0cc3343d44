// Keeps a log readable where many pairs share one trouble.

import type { Fields, Log } from "./log.ts";

const WINDOW_MS = 10 * 60 * 1000;

/**
 * A log that tells of an event so many times within ten minutes, then that there are more
 * of it, then nothing. Errors and what is for debugging go through.
 */
export function withBudget(
  log: Log,
  { linesPerEvent, now }: { readonly linesPerEvent: number; readonly now: () => number },
): Log {
  const told = new Map<string, { sinceMs: number; lines: number }>();
  return {
    debug: (event, fields) => log.debug(event, fields),
    info: (event, fields) => tell("info", event, fields),
    warn: (event, fields) => tell("warn", event, fields),
    error: (event, fields) => log.error(event, fields),
  };

  function tell(level: "info" | "warn", event: string, fields?: Fields): void {
    const nowMs = now();
    let window = told.get(event);
    if (window === undefined || window.sinceMs <= nowMs - WINDOW_MS) {
      told.set(event, window = { sinceMs: nowMs, lines: 0 });
    }
    window.lines++;
    if (window.lines <= linesPerEvent) log[level](event, fields);
    else if (window.lines === linesPerEvent + 1) log.info("more of the same", { event });
  }
}
