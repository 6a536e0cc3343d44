// What a receiver's refusal means, whichever way it comes.

import type { DeliveryFailed } from "./delivery.ts";
import { hint } from "./hint.ts";

/** A refusal with its status, as HTTP has it. */
export interface Refusal {
  readonly status: number;
  /** What the receiver says of it: one line, without secrets, perhaps empty. */
  readonly text: string;
  readonly retryAfterMs?: number | undefined;
}

/** What comes of a delivery that was refused. */
export function refusedDelivery({ status, text, retryAfterMs }: Refusal): DeliveryFailed {
  return {
    ok: false,
    refused: status === 400 || status === 413 || status === 415,
    retriable: status === 408 || status === 429 || status >= 500,
    reason: `${status}${text === "" ? "" : ` ${text}`}${hint(status)}`,
    retryAfterMs,
  };
}
