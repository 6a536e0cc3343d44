// What somebody may have meant who typed a word that nobody knows.

import { distance } from "fastest-levenshtein";

/** The known word nearest to `word`, or `undefined` where none is near enough to suggest. */
export function nearest(
  word: string,
  known: readonly string[],
): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2));
  for (const candidate of known) {
    const away = candidate.startsWith(word) ? 0 : distance(word, candidate);
    if (away >= bestDistance) continue;
    best = candidate;
    bestDistance = away;
  }
  return best;
}
