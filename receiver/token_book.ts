// Who is asking: bearer tokens (RFC 6750), found by their digests.

import { createHash } from "node:crypto";
import type { Target } from "../protocol/mod.ts";
import type { TargetPattern } from "./target_pattern.ts";

/** A token as the receiver knows it: never the token itself. */
export interface TokenEntry {
  readonly name: string;
  /** Of the token: 64 hex digits in lower case. */
  readonly sha256: string;
  /** What it may write; `undefined` for everything. */
  readonly targets: readonly TargetPattern[] | undefined;
  /** Since 1970; `undefined` for never. */
  readonly expiresMs: number | undefined;
  readonly limits: TokenLimits;
}

/** What one token may use up; Infinity for what is not limited. */
export interface TokenLimits {
  /** Targets that are its own, silent ones included. */
  readonly maxTargets: number;
  /** Of one push, as sent. */
  readonly maxBodyBytes: number;
  readonly pushesPerMinute: number;
}

/** A sender that showed a good token. */
export interface Client {
  /** The token's name, never the token. */
  readonly name: string;
  readonly limits: TokenLimits;
  mayWrite(target: Target): boolean;
  /** Of its token: 64 hex digits. */
  readonly sha256: string;
}

/** A token that is known. */
export interface PresentedToken {
  readonly name: string;
  /** `undefined` where its time is over: then it lets nobody in. */
  readonly client: Client | undefined;
}

/** Tells whose token an `Authorization` header holds; `undefined` for nobody's. */
export type Authenticate = (authorization: string | null) => PresentedToken | undefined;

/** The name of the one token that comes without a file, and may write everything. */
export const BEARER_TOKEN = "BEARER_TOKEN";

export const UNLIMITED: TokenLimits = {
  maxTargets: Infinity,
  maxBodyBytes: Infinity,
  pushesPerMinute: Infinity,
};

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

interface KnownToken {
  readonly client: Client;
  readonly expiresMs: number;
}

/**
 * All tokens that are good. The set may be swapped while requests are under way: each
 * request asks once, and goes on with what it was told.
 */
export class TokenBook {
  readonly #clock: () => number;
  readonly #expired: (name: string) => void;
  readonly #toldExpired = new Set<string>();
  #byDigest = new Map<string, KnownToken>();
  #byName = new Map<string, KnownToken>();

  /**
   * `clock` is in milliseconds since 1970; `expired` is told, once each, of tokens that
   * somebody shows though their time is over.
   */
  constructor(
    entries: readonly TokenEntry[],
    { clock, expired }: {
      readonly clock: () => number;
      readonly expired: (name: string) => void;
    },
  ) {
    this.#clock = clock;
    this.#expired = expired;
    this.use(entries);
  }

  /** From now on these tokens are good, and no others. No two share a name or a digest. */
  use(entries: readonly TokenEntry[]): void {
    const known = entries.map((entry) => [entry, knownToken(entry)] as const);
    this.#byDigest = new Map(known.map(([{ sha256 }, token]) => [sha256, token]));
    this.#byName = new Map(known.map(([{ name }, token]) => [name, token]));
    this.#toldExpired.clear();
  }

  /**
   * How long this takes depends on what was presented, never on how near it comes to a
   * token: a token one character off has a digest like any other, and nobody can choose
   * digests that begin as the right one does.
   */
  readonly authenticate: Authenticate = (authorization) => {
    const presented = BEARER.exec(authorization ?? "")?.[1];
    if (presented === undefined) return undefined;
    const known = this.#byDigest.get(sha256(presented));
    if (known === undefined) return undefined;
    const { client } = known;
    const { name } = client;
    if (this.#isGood(known)) return { name, client };
    if (!this.#toldExpired.has(name)) {
      this.#toldExpired.add(name);
      this.#expired(name);
    }
    return { name, client: undefined };
  };

  /** What a token counts for now that was good before; `undefined` where it is good no more. */
  renew({ sha256 }: Client): Client | undefined {
    const known = this.#byDigest.get(sha256);
    return known !== undefined && this.#isGood(known) ? known.client : undefined;
  }

  /** Whether a good token has this name. */
  isGood(name: string): boolean {
    const known = this.#byName.get(name);
    return known !== undefined && this.#isGood(known);
  }

  #isGood({ expiresMs }: KnownToken): boolean {
    return expiresMs === Infinity || this.#clock() < expiresMs;
  }
}

/** The token of BEARER_TOKEN: it may write everything, without limits of its own. */
export function bearerToken(token: string): TokenEntry {
  return {
    name: BEARER_TOKEN,
    sha256: sha256(token),
    targets: undefined,
    expiresMs: undefined,
    limits: UNLIMITED,
  };
}

/** 64 hex digits in lower case. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function knownToken(
  { name, sha256, targets, expiresMs = Infinity, limits }: TokenEntry,
): KnownToken {
  const mayWrite = (target: Target) =>
    targets === undefined || targets.some((pattern) => pattern.matches(target));
  return { client: { name, limits, mayWrite, sha256 }, expiresMs };
}
