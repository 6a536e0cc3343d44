// An answer to a probe, and whether a receiver gave it or something in its place.

import { oneLine } from "../../protocol/mod.ts";
import { errorText } from "../error_text.ts";

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The first bytes of it, in one line. */
  readonly text: string;
  readonly tookMs: number;
  /** When it was there, by this machine's clock, since 1970. */
  readonly atMs: number;
}

/** An answer, or why there is none. */
export type Asked =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly timedOut: boolean; readonly text: string };

const MAX_TEXT_LENGTH = 1024;

/** Sends one request. `secret` never comes out, whatever the other side says. */
export async function ask(
  send: (signal: AbortSignal) => Promise<Response>,
  { timeoutMs, secret }: { readonly timeoutMs: number; readonly secret?: string },
): Promise<Asked> {
  const signal = AbortSignal.timeout(timeoutMs);
  const startedMs = performance.now();
  try {
    const { status, headers, body } = await send(signal);
    const tookMs = performance.now() - startedMs;
    // Cut only then: half a secret would not be found.
    const text = oneLine(hide(await start(body), secret).slice(0, MAX_TEXT_LENGTH));
    return { ok: true, answer: { status, headers, text, tookMs, atMs: Date.now() } };
  } catch (error) {
    return { ok: false, timedOut: signal.aborted, text: errorText(error) };
  }
}

/** Receivers refuse in one line of text that no browser may take for anything else. */
export function isReceivers({ status, headers, text }: Answer): boolean {
  if (status === 204 || (status === 200 && text === "")) return true;
  return headers.get("content-type")?.startsWith("text/plain") === true &&
    headers.get("x-content-type-options") === "nosniff";
}

function hide(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, "…");
}

async function start(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length >= MAX_TEXT_LENGTH) break;
  }
  return text;
}
