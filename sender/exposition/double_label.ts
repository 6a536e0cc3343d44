// Labels that stand twice in a series, which Prometheus refuses.

import type { LabelSpan } from "./entry.ts";
import { latin1 } from "./number.ts";

/** Prometheus puts its own over these, however often they stand. */
const OVERWRITTEN: ReadonlySet<string> = new Set(["job", "instance"]);
const MAX_PAIRWISE = 16;
const NAME_LABEL = "__name__";

/** The name of a label that makes Prometheus refuse the series; `undefined` where all are fine. */
export function findDoubleLabel(
  bytes: Uint8Array,
  labels: readonly LabelSpan[],
): string | undefined {
  if (labels.length <= MAX_PAIRWISE && allDiffer(bytes, labels)) return undefined;
  const counts = new Map([[NAME_LABEL, 1]]);
  const emptied = new Set<string>();
  for (const { nameStart, nameEnd, valueStart, valueEnd } of labels) {
    const name = latin1(bytes, nameStart, nameEnd);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (valueStart === valueEnd) emptied.add(name);
  }
  for (const [name, count] of counts) {
    if (count < 2 || OVERWRITTEN.has(name)) continue;
    // An empty value takes all labels of the name away.
    if (name === NAME_LABEL || !emptied.has(name)) return name;
  }
  return undefined;
}

/** Whether no two names are the same, and none is the metric's own. */
function allDiffer(bytes: Uint8Array, labels: readonly LabelSpan[]): boolean {
  for (const [index, label] of labels.entries()) {
    if (isNameLabel(bytes, label)) return false;
    for (let other = 0; other < index; other++) {
      if (sameName(bytes, label, labels[other]!)) return false;
    }
  }
  return true;
}

function isNameLabel(bytes: Uint8Array, { nameStart, nameEnd }: LabelSpan): boolean {
  return nameEnd - nameStart === NAME_LABEL.length && bytes[nameStart] === 0x5f &&
    latin1(bytes, nameStart, nameEnd) === NAME_LABEL;
}

function sameName(bytes: Uint8Array, a: LabelSpan, b: LabelSpan): boolean {
  const length = a.nameEnd - a.nameStart;
  if (length !== b.nameEnd - b.nameStart) return false;
  for (let i = 0; i < length; i++) {
    if (bytes[a.nameStart + i] !== bytes[b.nameStart + i]) return false;
  }
  return true;
}
