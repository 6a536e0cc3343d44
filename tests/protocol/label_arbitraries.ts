// Labels that are right, of every kind.

import fc from "fast-check";
import { type Labels, labelsFault } from "../../protocol/mod.ts";

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/)
  .filter((text) => !/^(?:__.*|job|instance)$/.test(text));

const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...'ab=&+%2;" é😀') }),
).filter((text) =>
  text.isWellFormed() && !/\p{Cc}/u.test(text) && new TextEncoder().encode(text).length <= 200
);

/** Up to the most that may be. */
export const labels: fc.Arbitrary<Labels> = fc
  .uniqueArray(fc.tuple(name, value), { selector: ([name]) => name, maxLength: 32 })
  .map((entries): Labels => Object.fromEntries(entries))
  .filter((each) => labelsFault(each) === undefined);
