// What a `target` frame says of its channel, checked as the headers of a PUT are.

import { type Labels, MAX_TTL_MS, parseLabels, type Target } from "../../protocol/mod.ts";
import type { TargetFrame } from "../../protocol/stream/mod.ts";
import { DEFAULT_TYPE, isProblem } from "../read_push.ts";
import { type Refusal, refuse } from "../refusal.ts";

/** What counts for all pushes of a channel. */
export interface ChannelSaid {
  readonly target: Target;
  readonly mode: TargetFrame["mode"];
  readonly ttlMs: number;
  readonly intervalMs: number | undefined;
  readonly contentType: string;
  readonly labels: Labels;
  readonly paramsAllowed: ReadonlySet<string>;
}

/** It, or why it is refused. */
export type ReadTarget = { readonly ok: true; readonly said: ChannelSaid } | Refusal;

/** What a header's value may hold (RFC 9110, 5.5): it goes into one. */
const HEADER_VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/** Reads a frame whose target can be. */
export function readTarget(
  frame: TargetFrame,
  { target, defaultTtlMs }: { readonly target: Target; readonly defaultTtlMs: number },
): ReadTarget {
  const { mode, ttlMs, intervalMs, paramsAllowed } = frame;
  if (ttlMs > MAX_TTL_MS) return refuse("bad_header", "time to live is over 30 days");
  const contentType = readContentType(frame.contentType, DEFAULT_TYPE);
  if (contentType === undefined) return BAD_TYPE;
  const labels = parseLabels(frame.labels);
  if (!labels.ok) return refuse("bad_header", `label list ${labels.reason}`);
  return {
    ok: true,
    said: {
      target,
      mode,
      ttlMs: ttlMs === 0 ? defaultTtlMs : ttlMs,
      intervalMs: intervalMs === 0 ? undefined : intervalMs,
      contentType,
      labels: labels.labels,
      paramsAllowed: new Set(paramsAllowed),
    },
  };
}

export const BAD_TYPE = refuse("bad_header", "content type is none that a snapshot can have");

/** The content type, or `otherwise` where it is empty; `undefined` where it can't be one. */
export function readContentType(contentType: string, otherwise: string): string | undefined {
  if (contentType === "") return otherwise;
  return HEADER_VALUE.test(contentType) && !isProblem(contentType) ? contentType : undefined;
}
