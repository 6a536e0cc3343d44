// HTTP/1.1 by hand, for requests that no client would send.

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

const UTF8 = new TextEncoder();

/** Bytes on the wire: strings as UTF-8, the rest as it is. */
export function bytes(
  ...parts: (string | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
  const encoded = parts.map((part) => typeof part === "string" ? UTF8.encode(part) : part);
  const joined = new Uint8Array(encoded.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of encoded) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A request's head, with what every request needs. */
export function head(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const lines = Object.entries({ Host: "127.0.0.1", Connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/**
 * Sends a whole request on a connection of its own, and reads until the server closes,
 * which `Connection: close` makes it do. `undefined`: it closed without an answer.
 */
export async function exchange(port: number, request: Uint8Array): Promise<RawAnswer | undefined> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  // A server may refuse and close before it has read everything.
  const sent = writeAll(connection, request).catch(() => {});
  const answer = await readAnswer(connection);
  await sent;
  return answer;
}

/** The same with a request that breaks off: what was sent is followed by the end. */
export async function breakOff(port: number, request: Uint8Array): Promise<RawAnswer | undefined> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(connection, request);
  await connection.closeWrite();
  return await readAnswer(connection);
}

export async function writeAll(connection: Deno.Conn, data: Uint8Array): Promise<void> {
  for (let done = 0; done < data.length;) {
    done += await connection.write(data.subarray(done));
  }
}

/** Reads until the server closes. */
export async function readAnswer(connection: Deno.Conn): Promise<RawAnswer | undefined> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let n; (n = await connection.read(buffer)) !== null;) {
      chunks.push(buffer.slice(0, n));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return parse(bytes(...chunks));
}

function parse(received: Uint8Array<ArrayBuffer>): RawAnswer | undefined {
  const text = new TextDecoder("latin1").decode(received);
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [statusLine = "", ...lines] = text.slice(0, headEnd).split("\r\n");
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const rest = received.slice(headEnd + 4);
  const chunked = headers.get("transfer-encoding") === "chunked";
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: chunked ? unchunk(rest) : rest,
  };
}

function unchunk(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder("latin1").decode(data);
  const chunks: Uint8Array[] = [];
  for (let offset = 0;;) {
    const lineEnd = text.indexOf("\r\n", offset);
    const size = Number.parseInt(text.slice(offset, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) return bytes(...chunks);
    chunks.push(data.subarray(lineEnd + 2, lineEnd + 2 + size));
    offset = lineEnd + 2 + size + 2;
  }
}
