// The process around a command that runs until it is told to stop.

import type { Logger } from "@logtape/logtape";
import type { LogFlags } from "./command.ts";
import { openLog } from "./log.ts";
import { writeLog } from "./terminal.ts";

/** Opens the log of a running command. */
export function openProcessLog({ logFormat, logLevel }: LogFlags): Logger {
  const journal = Deno.env.has("JOURNAL_STREAM");
  return openLog({ format: logFormat, level: logLevel, journal }, writeLog);
}

/** Resolves with the first of SIGTERM and SIGINT. A second one ends the process at once. */
export function untilStopped(): Promise<Deno.Signal> {
  const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGTERM", "SIGINT"];
  let stopping = false;
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      if (stopping) Deno.exit(1);
      stopping = true;
      resolve(signal);
    });
  }
  return promise;
}

/**
 * Acts on each SIGHUP from now on. One call of `act` ends before the next begins, and
 * signals that come meanwhile are one more call. Several may wait for the same signal.
 */
export function onReload(act: () => Promise<void>): void {
  if (Deno.build.os === "windows") return;
  let running = false;
  let again = false;
  Deno.addSignalListener("SIGHUP", async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await act();
    }
    running = false;
  });
}
