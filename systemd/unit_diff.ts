// What a unit file said before and says now, as a unified diff.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

const CONTEXT_LINES = 2;

/** Without the token that somebody may have written into the unit. */
export function unitDiff(path: string, { before, now }: { before: string; now: string }): string {
  const options = { context: CONTEXT_LINES, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(path, path, before, now, "before", "now", options)
    .trimEnd()
    .replaceAll(/\b(BEARER_TOKEN=)\S+/g, "$1(not shown)");
}
