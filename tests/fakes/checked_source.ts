// A source of which no two answers are alike, and which knows whether a text is one of its own,
// whole and unchanged.

import { crc32 } from "node:zlib";

/** What the source said once. */
export interface Said {
  readonly target: string;
  /** Counts the answers of one target, from 1. */
  readonly number: number;
  /** Of the monotonic clock. */
  readonly atMs: number;
}

/** Answers of this target are all small: one that is large goes in many parts. */
export const SMALL = "small";

/** Every so many answers one is large. */
const LARGE_EVERY = 4;
const LARGE_BYTES = 256 * 1024;
const LINES = 60;
const HEAD = /^said\{target="([^"]*)",number="(\d+)"\} 1\n/;
const SUM = /^sum (\d+)\n$/;

/** On a port of its own: `/NAME` is a target. */
export class CheckedSource implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** By target: when each was said, and its checksum. */
  readonly #said = new Map<string, { readonly atMs: number; readonly sum: number }[]>();

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(decodeURIComponent(new URL(request.url).pathname.slice(1))),
    );
  }

  url(target: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${encodeURIComponent(target)}`;
  }

  /** How often a target was asked. */
  asked(target: string): number {
    return this.#said.get(target)?.length ?? 0;
  }

  /** What this text is, or what is wrong with it. */
  check(text: string): Said | string {
    const [head = "", target = "", count = ""] = HEAD.exec(text) ?? [];
    const number = Number(count);
    const said = this.#said.get(target)?.[number - 1];
    if (said === undefined) return `never said: ${JSON.stringify(text.slice(0, 100))}`;
    const at = text.lastIndexOf("sum ");
    const sum = Number(SUM.exec(text.slice(at))?.[1]);
    const isWhole = sum === said.sum && crc32(text.slice(0, at)) === sum;
    return isWhole
      ? { target, number, atMs: said.atMs }
      : `not as it was said: ${head.trim()}, ${text.length} characters`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #answer(target: string): Response {
    const said = this.#said.get(target) ?? [];
    this.#said.set(target, said);
    const number = said.length + 1;
    const lines = [`said{target="${target}",number="${number}"} 1`];
    // A tenth of the lines change from one answer to the next.
    for (let line = 0; line < LINES; line++) {
      lines.push(`value{line="${line}"} ${crc32(`${line} ${Math.floor((number + line) / 10)}`)}`);
    }
    if (number % LARGE_EVERY === 0 && !target.includes(SMALL)) {
      const ballast = Array.from({ length: LARGE_BYTES / 4096 }, (_, line) => {
        const random = crypto.getRandomValues(new Uint8Array(2048)).toHex();
        return `ballast{line="${line}",is="${random}"} 1`;
      });
      lines.push(...ballast);
    }
    const text = lines.join("\n") + "\n";
    const sum = crc32(text);
    said.push({ atMs: performance.now(), sum });
    return new Response(`${text}sum ${sum}\n`, {
      headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    });
  }
}
