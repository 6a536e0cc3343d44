// Fills a receiver with targets, each pushed once, and reads each once.

import { type Exchange, RawClient } from "./mixed/raw_client.ts";
import type { BenchReceiver } from "./program.ts";

const CONNECTIONS = 16;

/** Pushes a body to as many targets. Throws where one is refused. */
export async function pushEach(
  receiver: BenchReceiver,
  { targets, body }: { readonly targets: number; readonly body: Uint8Array },
): Promise<void> {
  const message = (target: number) =>
    joined(
      [
        `PUT ${path(target)} HTTP/1.1`,
        `Host: ${receiver.push}`,
        `Authorization: Bearer ${receiver.token}`,
        `Content-Length: ${body.length}\r\n\r\n`,
      ].join("\r\n"),
      body,
    );
  await each(receiver.push, targets, (target) => ({
    request: () => message(target),
    answered: (status) => expect(204, status, `PUT ${path(target)}`),
  }));
}

/** Reads as many targets, of up to 60 KB. Throws where one isn't there. */
export async function scrapeEach(receiver: BenchReceiver, targets: number): Promise<void> {
  const head = `Host: ${receiver.scrape}\r\n\r\n`;
  await each(receiver.scrape, targets, (target) => ({
    request: () => new TextEncoder().encode(`GET ${path(target)} HTTP/1.1\r\n${head}`),
    answered: (status) => expect(200, status, `GET ${path(target)}`),
  }));
}

async function each(
  address: string,
  targets: number,
  exchange: (target: number) => Exchange,
): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: Math.min(CONNECTIONS, targets) }, () => RawClient.open(address)),
  );
  try {
    for (let target = 0; target < targets; target++) {
      clients[target % clients.length]!.put(exchange(target));
    }
    await Promise.all(clients.map((client) => client.idle()));
  } finally {
    for (const client of clients) client.close();
  }
}

function path(target: number): string {
  return `/metrics/bench/target-${target}`;
}

function joined(head: string, body: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(head);
  const whole = new Uint8Array(bytes.length + body.length);
  whole.set(bytes);
  whole.set(body, bytes.length);
  return whole;
}

function expect(expected: number, status: number, what: string): void {
  if (status !== expected) throw new Error(`${what} was answered ${status}, not ${expected}`);
}
