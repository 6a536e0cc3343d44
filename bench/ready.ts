// Waits for a process that doesn't say when it is ready.

import type { RunningProcess } from "../tests/e2e/processes.ts";

const POLL_MS = 1;

/** Resolves once a URL answers, whatever it says. Throws if the process ends before. */
export async function answering(process: RunningProcess, url: string): Promise<void> {
  let hasEnded = false;
  process.status.then(() => hasEnded = true);
  while (!hasEnded) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      await new Promise((go) => setTimeout(go, POLL_MS));
    }
  }
  throw new Error(`Cannot reach "${url}": its process ended and said ${process.output}`);
}
