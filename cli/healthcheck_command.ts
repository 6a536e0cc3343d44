// `prompipe healthcheck`: for container engines, which have no curl to ask with.

import { Fault } from "./terminal.ts";

const TIMEOUT_MS = 5_000;

/** 0 where the URL answers 200; else a {@linkcode Fault} that says what it did instead. */
export async function runHealthcheck(url: string): Promise<number> {
  let response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
  } catch (error) {
    throw new Fault(1, `Not healthy: "${url}" doesn't answer: ${reason(error)}`);
  }
  if (response.status !== 200) {
    throw new Fault(1, `Not healthy: "${url}" answered ${response.status}`);
  }
  return 0;
}

function reason(error: unknown): string {
  if (error instanceof DOMException) return `no answer in ${TIMEOUT_MS / 1000}s`;
  // fetch says only that it failed; why is at the end of what its cause says.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message.split(": ").at(-1) ?? "" : String(cause);
}
