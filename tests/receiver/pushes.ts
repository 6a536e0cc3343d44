// Pushes for tests of the store: it looks at their size and kind only.

import type { Snapshot } from "../../receiver/snapshot.ts";
import type { Push } from "../../receiver/push.ts";

const PUSH = {
  arrival: "put",
  ttlMs: 1_000,
  scrapedAtMs: undefined,
  clockAheadMs: undefined,
  intervalMs: undefined,
  labels: {},
  sender: { token: "test", address: "::1", userAgent: "" },
  sentBytes: 0,
} as const;

/** A snapshot of so many bytes, to be served for one second. */
export function snapshot(bytes: number): Push & { readonly content: Snapshot } {
  const body = new Uint8Array(bytes).fill(bytes);
  const content = { body, contentType: "a/b", encoding: "identity", unpackedBytes: bytes } as const;
  return { ...PUSH, content };
}

/** A report that the source refused, good for one second. */
export function failure(): Push {
  const content = { cause: "source_refused", detail: "refused" } as const;
  return { ...PUSH, content };
}
