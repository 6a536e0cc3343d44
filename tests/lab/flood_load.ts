// What the internet throws at a receiver, as a process of its own, so that its memory is
// nobody else's. Usage: flood_load.ts KIND PORT COUNT SECONDS, with TOKEN in the
// environment; prints one line of JSON.

import { bytes, writeAll } from "../e2e/raw_http.ts";

/** What came of it. */
export interface FloodResult {
  /** Requests answered, by status; connections closed by the receiver as `closed`. */
  readonly [outcome: string]: number;
}

const MIB_BODY = new Uint8Array(1_000_000).fill(120);
const CONNECTIONS = 16;
const HALF = "PUT /metrics/a/b HTTP/1.1\r\nHost: x\r\nX-A: ";
const GOOD = { Authorization: `Bearer ${Deno.env.get("TOKEN")}` };
const outcomes: Record<string, number> = {};

if (import.meta.main) {
  const [kind = "", ...numbers] = Deno.args;
  const [port = 0, count = 0, seconds = 0] = numbers.map(Number);
  const endMs = performance.now() + seconds * 1_000;
  const flood = { bodies, wrong_tokens, half_open, huge_headers, drips, made_up }[kind];
  if (flood === undefined) throw new Error(`no flood ${kind}`);
  await flood(port, { count, endMs });
  console.log(JSON.stringify(outcomes));
  Deno.exit(0);
}

interface Flood {
  readonly count: number;
  /** On the clock of `performance.now()`. */
  readonly endMs: number;
}

/** Bodies of 1 MB, one after the other on each of so many connections. */
async function bodies(port: number, { count, endMs }: Flood): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) =>
    ask(port, () => {
      if (performance.now() >= endMs) return undefined;
      const headers = { ...GOOD, "Content-Length": MIB_BODY.length };
      return [request("PUT", `/metrics/flood/${i}`, headers), MIB_BODY];
    })));
}

/** So many guesses, spread over the time. */
async function wrong_tokens(port: number, flood: Flood): Promise<void> {
  await spread(port, flood, (i) =>
    request("PUT", "/metrics/flood/x", {
      Authorization: `Bearer ${i.toString(16).padStart(32, "0")}`,
      "Content-Length": 0,
    }));
}

/** So many paths and methods that nobody knows, half of them with a good token. */
async function made_up(port: number, flood: Flood): Promise<void> {
  const methods = ["GET", "POST", "BREW", "PROPFIND", "PATCH", "DELETE"];
  await spread(
    port,
    flood,
    (i) =>
      request(methods[i % methods.length]!, `/${crypto.randomUUID()}/${i}`, {
        ...(i % 2 === 0 ? GOOD : {}),
        "Content-Length": 0,
      }),
  );
}

/** So many connections that say nothing, or half of a request's headers. */
async function half_open(port: number, flood: Flood): Promise<void> {
  await hold(port, flood, (i) => bytes(i % 2 === 0 ? HALF : ""));
}

/** So many connections with as many headers as are taken, and no end of them. */
async function huge_headers(port: number, flood: Flood): Promise<void> {
  const headers = bytes(HALF, `${"x".repeat(1_000)}\r\nX-A: `.repeat(70));
  await hold(port, flood, () => headers);
}

async function hold(port: number, flood: Flood, make: (i: number) => Uint8Array): Promise<void> {
  for (let i = 0; i < flood.count; i++) {
    const connection = await connect(port);
    writeAll(connection, make(i)).catch(() => {});
    void watch(connection);
  }
  note("opened", flood.count);
  await until(flood.endMs);
}

/** So many good pushes that come a byte at a time, each some seconds. */
async function drips(port: number, { count, endMs }: Flood): Promise<void> {
  const drip = async (i: number) => {
    while (performance.now() < endMs) {
      const connection = await connect(port);
      const gone = watch(connection);
      let open = true;
      void gone.then(() => open = false);
      const headers = { ...GOOD, "Content-Length": MIB_BODY.length };
      try {
        await connection.write(request("PUT", `/metrics/drip/${i}`, headers));
        while (open && performance.now() < endMs) {
          await connection.write(Uint8Array.of(120));
          await Promise.race([gone, until(Math.min(endMs, performance.now() + 10_000))]);
        }
      } catch {
        // The receiver had enough of it.
      }
    }
  };
  await Promise.all(Array.from({ length: count }, (_, i) => drip(i)));
}

async function spread(port: number, flood: Flood, make: (i: number) => Uint8Array): Promise<void> {
  const { count, endMs } = flood;
  const startMs = performance.now();
  let sent = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, () =>
    ask(port, async () => {
      const i = sent++;
      if (i >= count) return undefined;
      await until(startMs + (endMs - startMs) * i / count);
      return [make(i)];
    })));
}

type Next = () => Uint8Array[] | undefined | Promise<Uint8Array[] | undefined>;

/** Sends one request after the other and reads the answers, on a new connection where it must. */
async function ask(port: number, next: Next): Promise<void> {
  const buffer = new Uint8Array(4_096);
  let connection: Deno.Conn | undefined;
  for (let parts; (parts = await next()) !== undefined;) {
    connection ??= await connect(port);
    try {
      for (const part of parts) await writeAll(connection, part);
      const read = await connection.read(buffer);
      const said = new TextDecoder().decode(buffer.subarray(0, read ?? 0));
      note(said.slice(9, 12) || "closed");
      if (/^connection: keep-alive/im.test(said)) continue;
    } catch {
      note("closed");
    }
    connection.close();
    connection = undefined;
  }
}

async function connect(port: number): Promise<Deno.Conn> {
  for (;;) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch {
      note("no connection");
      await until(performance.now() + 20);
    }
  }
}

/** Resolves once the receiver has closed the connection. */
async function watch(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1_000);
  try {
    while (await connection.read(buffer) !== null);
  } catch {
    // Closed all the same.
  }
  note("closed");
  connection.close();
}

function request(method: string, path: string, headers: Record<string, string | number>) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return bytes(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${lines.join("")}\r\n`);
}

function note(outcome: string, times = 1): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + times;
}

function until(atMs: number): Promise<void> {
  const restMs = Math.max(0, atMs - performance.now());
  return restMs === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, restMs));
}
