// How many targets each token owns.

/** Counts by the token's name; of one that owns nothing, nothing is kept. */
export class OwnedTargets {
  readonly #counts = new Map<string, number>();

  count(token: string): number {
    return this.#counts.get(token) ?? 0;
  }

  add(token: string): void {
    this.#counts.set(token, this.count(token) + 1);
  }

  remove(token: string): void {
    const left = this.count(token) - 1;
    if (left === 0) this.#counts.delete(token);
    else this.#counts.set(token, left);
  }
}
