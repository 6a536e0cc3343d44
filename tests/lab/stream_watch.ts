// Watches targets as Prometheus would, many times a second, and holds each answer against what
// the source has really said.

import { assert, assertEquals } from "@std/assert";
import type { CheckedSource } from "../fakes/checked_source.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { IS_LONG } from "./scenario.ts";

export type Mode = "push" | "on_demand";

/** A target at a receiver. The source knows it by the same name. */
export interface Watched {
  readonly name: string;
  readonly mode: Mode;
  readonly scrapePort: number;
  /** What a push may be served for. */
  readonly ttlMs: number;
}

/** What one scrape came to. */
export interface Seen {
  readonly askedMs: number;
  readonly endedMs: number;
  /** 0: the receiver gave no answer. */
  readonly status: number;
  /** The answer of the source that was served. */
  readonly number: number | undefined;
  /** When the source said it. */
  readonly saidMs: number | undefined;
  /** Why there was nothing else. */
  readonly text: string;
}

const PERIOD_MS = IS_LONG ? 250 : 500;
/** What a scraper says it waits for. */
export const SCRAPE_TIMEOUT_S = 4;
/** A receiver that hangs, as where it is stopped, is left alone. */
const GIVE_UP_MS = 10_000;
/** What the way of an answer may take. */
const SLACK_MS = 3_000;
/** What may happen to a target; anything else is a fault of its own. */
const STATUSES: ReadonlySet<number> = new Set([0, 200, 404, 502, 503, 504]);

export function pathOf(name: string): string {
  return `/metrics/stream/${encodeURIComponent(name)}`;
}

/** One target from now on. */
export class Watch implements AsyncDisposable {
  readonly target: Watched;
  readonly #source: CheckedSource;
  readonly seen: Seen[] = [];
  readonly faults: string[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The newest push that was served. */
  #newest = 0;

  constructor(target: Watched, source: CheckedSource) {
    this.target = target;
    this.#source = source;
    this.go();
  }

  /** Scrapes that gave a snapshot, which was checked. */
  get checked(): number {
    return this.seen.filter(({ status }) => status === 200).length;
  }

  /** Of scrapes that were asked since then, how many came to which status. */
  statuses(sinceMs = 0, untilMs = Infinity): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { askedMs, status } of this.seen) {
      if (askedMs < sinceMs || askedMs > untilMs) continue;
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  /** How long after a moment something was served that the source said after it. */
  async freshAfter(sinceMs: number, timeoutMs: number): Promise<number> {
    const { name } = this.target;
    return await waitFor(() => {
      const fresh = this.seen.find(({ saidMs }) => saidMs !== undefined && saidMs > sinceMs);
      assert(fresh !== undefined, JSON.stringify(this.seen.at(-1)));
      return fresh.endedMs - sinceMs;
    }, { timeoutMs, what: `a fresh answer of ${name}` });
  }

  /** The first scrape with that status, of those asked after a moment. */
  async first(status: number, sinceMs: number, timeoutMs: number): Promise<Seen> {
    const { name } = this.target;
    return await waitFor(() => {
      const found = this.seen.find((each) => each.askedMs >= sinceMs && each.status === status);
      assert(found !== undefined, JSON.stringify(this.seen.at(-1)));
      return found;
    }, { timeoutMs, what: `${status} of ${name}` });
  }

  /** Fails where anything was served that the source has not said so, or at a wrong time. */
  assertSound(): void {
    assertEquals(this.faults, [], this.target.name);
  }

  /** Asks no more. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Asks again. */
  go(): void {
    this.#timer ??= setInterval(() => this.#start(), PERIOD_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pause();
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }

  #start(): void {
    const one = this.#scrape().finally(() => this.#underWay.delete(one));
    this.#underWay.add(one);
  }

  async #scrape(): Promise<void> {
    const { name, scrapePort } = this.target;
    const askedMs = performance.now();
    const newest = this.#newest;
    let status = 0;
    let text = "";
    try {
      const response = await fetch(`http://127.0.0.1:${scrapePort}${pathOf(name)}`, {
        headers: { "X-Prometheus-Scrape-Timeout-Seconds": String(SCRAPE_TIMEOUT_S) },
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(GIVE_UP_MS)]),
      });
      text = await response.text();
      ({ status } = response);
    } catch {
      if (this.#stopping.signal.aborted) return;
    }
    const endedMs = performance.now();
    const said = status === 200 ? this.#source.check(text) : undefined;
    const { number, atMs: saidMs } = typeof said === "object" ? said : {};
    this.seen.push({ askedMs, endedMs, status, number, saidMs, text: number ? "" : text });
    if (!STATUSES.has(status)) this.faults.push(`${status} ${text}`);
    if (typeof said === "string") this.faults.push(said);
    if (number === undefined || saidMs === undefined || typeof said !== "object") return;
    const { mode, ttlMs } = this.target;
    // A push may wait as long for its way as it is served then.
    const oldestMs = (mode === "push" ? endedMs - 2 * ttlMs : askedMs) - SLACK_MS;
    if (said.target !== name) this.faults.push(`another's: ${said.target}`);
    if (saidMs < oldestMs) this.faults.push(`number ${number} is ${endedMs - saidMs} ms old`);
    if (mode === "push" && number < newest) this.faults.push(`${number} after ${newest}`);
    this.#newest = Math.max(this.#newest, number);
  }
}
