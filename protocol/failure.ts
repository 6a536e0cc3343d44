// A source that could not be scraped, as the sender reports it in place of a
// snapshot: `application/problem+json` of RFC 9457 with one member more, `cause`.

import * as v from "valibot";

/** The causes that a sender may name. The first is `cause` of a connection that failed. */
export const SENDER_CAUSES = [
  "source_refused",
  "source_timeout",
  "source_status",
  "source_too_large",
  "source_invalid",
  "push_refused",
] as const;

/** One word for why a target is down. */
export type Cause = typeof SENDER_CAUSES[number] | "sender_silent";

/** Why a source has no snapshot. `detail` is for people: one line, at most 300 characters. */
export interface SourceFailure {
  readonly cause: Cause;
  readonly detail: string;
}

const TITLES: Readonly<Record<typeof SENDER_CAUSES[number], string>> = {
  source_refused: "The source cannot be reached",
  source_timeout: "The source took too long",
  source_status: "The source answered with another status than 200",
  source_too_large: "The source said too much",
  source_invalid: "The source's answer is broken",
  push_refused: "The receiver refused what the source said",
};
const MAX_DETAIL_LENGTH = 300;

// Other senders may leave members out (all of them are optional in RFC 9457) or
// know causes that this version doesn't: what counts is that the source is down.
const Problem = v.object({
  title: v.fallback(v.optional(v.string()), undefined),
  detail: v.fallback(v.optional(v.string()), undefined),
  cause: v.fallback(v.picklist(SENDER_CAUSES), "source_invalid"),
});

/** The body of a report. */
export function encodeFailure(failure: SourceFailure): Uint8Array<ArrayBuffer> {
  const cause = failure.cause === "sender_silent" ? "source_invalid" : failure.cause;
  return new TextEncoder().encode(JSON.stringify({
    title: TITLES[cause],
    detail: oneLine(failure.detail),
    cause,
  }));
}

/** Reads a report; `undefined` where the bytes are not a JSON object. */
export function decodeFailure(body: Uint8Array): SourceFailure | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  const problem = v.safeParse(Problem, json);
  if (!problem.success || Array.isArray(json)) return undefined;
  const { cause, detail, title } = problem.output;
  return { cause, detail: oneLine(detail ?? "") || oneLine(title ?? "") || "no reason given" };
}

/** A failure of two texts from elsewhere; a cause that isn't known is `source_invalid`. */
export function sourceFailure(cause: string, detail: string): SourceFailure {
  const known = SENDER_CAUSES.find((one) => one === cause) ?? "source_invalid";
  return { cause: known, detail: oneLine(detail) || "no reason given" };
}

/** Text from elsewhere made fit for a log line or an answer: no control characters, not long. */
export function oneLine(text: string): string {
  const line = start(text, MAX_DETAIL_LENGTH * 2).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  if (line.length <= MAX_DETAIL_LENGTH) return line;
  return `${start(line, MAX_DETAIL_LENGTH - 1)}…`;
}

/** The first so many UTF-16 units, without half of a character. */
function start(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "").toWellFormed();
}
