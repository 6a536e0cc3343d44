// What to do about a receiver's refusal.

const HINTS: ReadonlyMap<number, string> = new Map([
  [401, 'check "bearer_token", which the receiver doesn\'t know or no longer takes'],
  [403, "this token may not write this path: check the token's targets on the receiver"],
  [404, "no receiver's push listener is there: check the destination's path and port"],
  [405, "something else than a receiver's push listener is there: check the destination"],
  [407, "a proxy wants to know who asks: check HTTPS_PROXY"],
  [409, "another token pushes this target: give one of the two another path"],
  [411, "what stands before the receiver must let PUT pass"],
  [413, "too large: raise max_body of the receiver, or the limit of what stands before it"],
  [414, "the path is too long for what stands before the receiver"],
  [431, "the labels are too long for what stands before the receiver"],
  [501, "what stands before the receiver must let PUT pass"],
]);

/** To follow a status, or an empty text. */
export function hint(status: number): string {
  if (status >= 200 && status < 300) return ", but not from a prompipe receiver";
  const known = HINTS.get(status);
  return known === undefined ? "" : ` (${known})`;
}
