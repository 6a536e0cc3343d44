// The demo's receiver and sender: processes of their own, as a user would start them.

import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(import.meta.resolve("../../main.ts"));

/** A prompipe that runs until it is disposed of. */
export interface Child extends AsyncDisposable {
  /** The port of one of its listeners, once its log names it. */
  port(listener: string): Promise<number>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** Starts `prompipe` with arguments, from this source. Its log is shown where it warns. */
export function startPrompipe(args: readonly string[], env: Record<string, string>): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--permission-set", MAIN, ...args],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const ports = new Map<string, number>();
  let news = Promise.withResolvers<void>();
  let ended = false;

  const reading = (async () => {
    for await (const line of readLines(process.stderr)) {
      const listening = /msg=listening listener=(\w+) address=\S*:(\d+)/.exec(line);
      if (listening !== null) ports.set(String(listening[1]), Number(listening[2]));
      else if (!/ level=(debug|info) /.test(line)) console.error(line);
      news.resolve();
      news = Promise.withResolvers();
    }
    ended = true;
    news.resolve();
  })();

  return {
    ended: reading,
    async port(listener) {
      for (;;) {
        const port = ports.get(listener);
        if (port !== undefined) return port;
        if (ended) throw new Error(`prompipe ${args[0]} ended before it listened`);
        await news.promise;
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGTERM");
      } catch {
        // it has ended by itself, or by the Ctrl-C that ends the demo
      }
      await reading;
      await process.status;
    },
  };
}

/** A port that nobody listens on just now. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
