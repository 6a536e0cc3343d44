// Whether the time that an answer takes tells how near a wrong token comes to a good one.

import { assert } from "@std/assert";
import { bearerToken, TokenBook } from "../../receiver/token_book.ts";
import { randomSecret } from "../fakes/random_secret.ts";

const ROUNDS = 400;
const CALLS_PER_ROUND = 20;
// Long, so that a comparison which ends early would show.
const TOKEN = randomSecret().repeat(100);
const NEAR = `Bearer ${TOKEN.slice(0, -1)}!`;
const FAR = `Bearer !${TOKEN.slice(1)}`;

type Check = (authorization: string) => unknown;

/**
 * How often a near miss took longer than a far one, of all pairs of rounds: 0.5 where time
 * tells nothing. Rounds take turns, so that what else the machine does falls on both.
 */
function nearTakesLonger(check: Check): number {
  const nearMs: number[] = [];
  const farMs: number[] = [];
  for (let round = -50; round < ROUNDS; round++) {
    const turns = [[NEAR, nearMs], [FAR, farMs]] as const;
    for (const [header, ms] of round % 2 === 0 ? turns : turns.toReversed()) {
      const startMs = performance.now();
      for (let call = 0; call < CALLS_PER_ROUND; call++) check(header);
      if (round >= 0) ms.push(performance.now() - startMs);
    }
  }
  let longer = 0;
  for (const near of nearMs) {
    for (const far of farMs) longer += near > far ? 1 : near === far ? 0.5 : 0;
  }
  return longer / (nearMs.length * farMs.length);
}

/** What must not be: it stops at the first wrong character. */
function leaky(authorization: string): boolean {
  const good = `Bearer ${TOKEN}`;
  for (let at = 0; at < good.length; at++) {
    if (authorization.charCodeAt(at) !== good.charCodeAt(at)) return false;
  }
  return authorization.length === good.length;
}

Deno.test("TokenBook.authenticate() takes as long for a near miss as for a far one", () => {
  const book = new TokenBook([bearerToken(TOKEN)], { clock: () => 0, expired: () => {} });
  // By chance alone it strays from 0.5 by 0.02.
  const told = nearTakesLonger(book.authenticate);
  assert(told > 0.35 && told < 0.65, `a near miss takes longer ${told} of the time`);
});

Deno.test("nearTakesLonger() finds out a comparison that ends at the first wrong character", () => {
  const told = nearTakesLonger(leaky);
  assert(told > 0.9, `${told}`);
});
