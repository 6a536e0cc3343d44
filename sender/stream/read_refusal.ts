// A refusal of the stream in the words of any.

import { oneLine } from "../../protocol/mod.ts";
import type { RefusalInfo } from "../../protocol/stream/mod.ts";
import type { Refusal } from "../refusal.ts";

/** Fit for a log: in one line, and without the secret, should the receiver tell it. */
export function readRefusal(
  { status, detail, reason, retryAfterS }: RefusalInfo,
  secret: string,
): Refusal {
  const text = oneLine((detail || reason).replaceAll(secret, "…"));
  return { status, text, retryAfterMs: retryAfterS === 0 ? undefined : retryAfterS * 1000 };
}
