// Brings a report to a destination: what a sender's loop asks for, and PUT as one way.

import { formatDuration, oneLine } from "../protocol/mod.ts";
import { readRetryAfter } from "./backoff.ts";
import { readClockOffset } from "./clock_offset.ts";
import { errorText } from "./error_text.ts";
import type { Destination } from "./pair.ts";
import { putUrl } from "./put_url.ts";
import { pushRequest } from "./push_request.ts";
import { refusedDelivery } from "./refusal.ts";
import type { Report } from "./report.ts";

/**
 * What came of a delivery. `refused`: the receiver has seen what was sent and won't
 * take it. `retriable`: the same may get through a little later.
 */
export type DeliveryResult =
  | { readonly ok: true; readonly bodyBytes: number; readonly clockOffsetMs?: number | undefined }
  | DeliveryFailed;

/** A delivery that did not get through. */
export interface DeliveryFailed {
  readonly ok: false;
  readonly refused: boolean;
  readonly retriable: boolean;
  readonly reason: string;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/** A way to a destination. Rejects for nothing that a network can do. */
export interface Delivery {
  deliver(report: Report, signal: AbortSignal): Promise<DeliveryResult>;
  /** Resolves when the way is there again where it was not, or when the signal aborts. */
  mended?(signal: AbortSignal): Promise<void>;
  /** There will be no more reports. */
  end?(): void;
}

/** The part of fetch that a delivery needs. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** Where and how to PUT. */
export interface PutOptions {
  readonly destination: Destination;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly fetch: Fetch;
}

const MAX_REDIRECTS = 5;
const MAX_REASON_LENGTH = 1024;

/** Delivers by PUT, with the token; follows a redirect within the origin and no other. */
export class PutDelivery implements Delivery {
  readonly #options: PutOptions;

  constructor(options: PutOptions) {
    this.#options = options;
  }

  async deliver(report: Report, signal: AbortSignal): Promise<DeliveryResult> {
    const { destination, userAgent, timeoutMs, fetch } = this.#options;
    const { bearerToken } = destination;
    const push = await pushRequest(report, { bearerToken, userAgent });
    const { body } = push;
    const init: RequestInit = { ...push, redirect: "manual", signal };
    try {
      let url = putUrl(destination.url);
      for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
        const sentAtMs = Date.now();
        const response = await fetch(url, init);
        const location = redirectLocation(response, url);
        if (location === undefined) {
          const clockOffsetMs = readClockOffset(response.headers.get("date"), sentAtMs);
          return await judge(response, { bodyBytes: body.byteLength, bearerToken, clockOffsetMs });
        }
        await response.body?.cancel();
        if (location.origin !== url.origin) {
          const reason = `redirected to another origin, ${oneLine(location.origin)}, ` +
            "which the token must not follow: make that the destination";
          return failed(reason);
        }
        url = location;
      }
      return failed(`more than ${MAX_REDIRECTS} redirects`);
    } catch (error) {
      const reason = signal.aborted
        ? `no answer in ${formatDuration(timeoutMs)}`
        : errorText(error);
      return { ok: false, refused: false, retriable: true, reason };
    }
  }
}

function failed(reason: string): DeliveryResult {
  return { ok: false, refused: false, retriable: false, reason };
}

function redirectLocation(response: Response, url: URL): URL | undefined {
  const { status } = response;
  if (status < 301 || status > 308 || status === 303 || status === 304) {
    return undefined;
  }
  const location = response.headers.get("location");
  return location ? URL.parse(location, url) ?? undefined : undefined;
}

/**
 * Success is 204, or 200 with nothing in it, as the first prompipe's receiver says.
 * A captive portal says 200 to everything, but not without a page of its own.
 */
async function judge(
  response: Response,
  sent: {
    readonly bodyBytes: number;
    readonly bearerToken: string;
    readonly clockOffsetMs: number | undefined;
  },
): Promise<DeliveryResult> {
  const { status } = response;
  const said = await firstBytes(response);
  if (status === 204 || (status === 200 && said === "")) {
    return { ok: true, bodyBytes: sent.bodyBytes, clockOffsetMs: sent.clockOffsetMs };
  }
  const plain = response.headers.get("content-type")?.startsWith("text/plain") ?? false;
  // Cut only then: half a token would not be found.
  const text = oneLine(said.replaceAll(sent.bearerToken, "…").slice(0, MAX_REASON_LENGTH));
  const retryAfterMs = readRetryAfter(response.headers, Date.now());
  return refusedDelivery({ status, text: plain ? text : "", retryAfterMs });
}

async function firstBytes(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  let { done, value } = await reader.read();
  while (!done && value?.byteLength === 0) ({ done, value } = await reader.read());
  await reader.cancel();
  return new TextDecoder().decode(value);
}
