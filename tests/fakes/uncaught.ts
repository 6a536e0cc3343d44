// Errors that nobody catches: they would end the process, and with it every other pair.

/** Gathers what would have ended the process while it is in use. */
export class Uncaught implements Disposable {
  readonly errors: string[] = [];
  readonly #listening = new AbortController();

  constructor() {
    const { signal } = this.#listening;
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      this.errors.push(event.message);
    }, { signal });
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.errors.push(String(event.reason));
    }, { signal });
  }

  [Symbol.dispose](): void {
    this.#listening.abort();
  }
}
