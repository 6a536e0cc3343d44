// Requests as no client sends them, and what must come of each on both listeners. What was
// found to be taken wrongly is added here.

/** What the other side must do. */
export type Outcome =
  /** At most one answer, of 4xx, and the connection ends. */
  | "refused"
  /** As many answers as requests: these, in this order. */
  | readonly number[];

/** Bytes for a listener. */
export interface RawCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Beside the answer to a request for `/healthz`, which follows, unless it is `last`. */
  readonly push: Outcome;
  readonly scrape: Outcome;
  /** Nothing can follow it: it ends the connection, or isn't whole. */
  readonly last?: boolean;
}

const HOST = "Host: x\r\n";
const BODY = "Content-Length: 4\r\n\r\nx 1\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
const CHUNKS = "4\r\nx 1\n\r\n0\r\n\r\n";
/** A whole request inside of another one's body. */
const SMUGGLED = "DELETE /metrics/abuse/kept HTTP/1.1\r\nHost: x\r\n\r\n";
const SMUGGLED_LENGTH = SMUGGLED.length;
const REFUSED = { push: "refused", scrape: "refused" } as const;

/** All of them. `authorization` is a header line with a good token, which may write `abuse/*`. */
export function rawRequests(authorization: string): RawCase[] {
  const auth = `${authorization}\r\n`;
  const put = (headers: string, path = "/metrics/abuse/x") =>
    `PUT ${path} HTTP/1.1\r\n${HOST}${auth}${headers}`;
  const get = (headers: string, path = "/healthz") =>
    `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`;

  const stored = { push: [204], scrape: [405] } as const;
  const answered = { push: [200], scrape: [200] } as const;
  const table: [string, string | Uint8Array, Omit<RawCase, "name" | "bytes">][] = [
    // Where one request ends and the next begins.
    ["two lengths", put(`Content-Length: 4\r\nContent-Length: 5\r\n\r\nx 1\n`), REFUSED],
    ["a length that is a list", put("Content-Length: 4, 5\r\n\r\nx 1\n"), REFUSED],
    ["a length with a sign", put("Content-Length: +4\r\n\r\nx 1\n"), REFUSED],
    ["a length below 0", put("Content-Length: -1\r\n\r\nx 1\n"), REFUSED],
    ["a length in hex", put("Content-Length: 0x4\r\n\r\nx 1\n"), REFUSED],
    ["a length with a fraction", put("Content-Length: 4.0\r\n\r\nx 1\n"), REFUSED],
    ["a length of two numbers", put("Content-Length: 4 4\r\n\r\nx 1\n"), REFUSED],
    ["an empty length", put("Content-Length:\r\n\r\nx 1\n"), REFUSED],
    ["a length beyond 64 bits", put("Content-Length: 18446744073709551616\r\n\r\n"), REFUSED],
    ["a length and chunks", put(`Content-Length: 4\r\n${CHUNKED}${CHUNKS}`), REFUSED],
    ["chunks and a length", put(`Transfer-Encoding: chunked\r\n${BODY}`), REFUSED],
    ["a space before a colon", put("Content-Length : 4\r\n\r\nx 1\n"), REFUSED],
    ["a header that is folded", put(`Transfer-Encoding:\r\n chunked\r\n\r\n${CHUNKS}`), REFUSED],
    ["another transfer encoding", put(`Transfer-Encoding: xchunked\r\n\r\n${CHUNKS}`), REFUSED],
    ["identity after chunks", put(`Transfer-Encoding: chunked, identity\r\n\r\n`), REFUSED],
    ["a vertical tab in an encoding", put(`Transfer-Encoding: \x0bchunked\r\n\r\n`), REFUSED],
    [
      "a body packed for the transfer",
      put(`Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNKS}`),
      { push: [400], scrape: [405], last: true },
    ],
    ["a body after GET", get(`Content-Length: ${SMUGGLED_LENGTH}\r\n`) + SMUGGLED, answered],
    [
      "chunks after GET",
      get("Transfer-Encoding: chunked\r\n") +
      `${SMUGGLED_LENGTH.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
      answered,
    ],
    [
      "a request in a body without a token",
      `PUT /metrics/abuse/kept HTTP/1.1\r\n${HOST}Content-Length: ${SMUGGLED_LENGTH}\r\n\r\n${SMUGGLED}`,
      { push: [401], scrape: [405] },
    ],
    ["empty lines before a request", "\r\n\r\n" + get(""), answered],
    [
      "five requests at once",
      get("").repeat(5),
      { push: [200, 200, 200, 200, 200], scrape: [200, 200, 200, 200, 200] },
    ],
    [
      "requests of all kinds at once",
      get("") + put(BODY, "/metrics/abuse/1") + get("", "/nope") + put(CHUNKED + CHUNKS) +
      get(""),
      { push: [200, 204, 401, 204, 200], scrape: [200, 405, 404, 405, 200] },
    ],
    // Chunks.
    ["a chunk without a size", put(`${CHUNKED}xyz\r\nx 1\n\r\n0\r\n\r\n`), REFUSED],
    ["a chunk of a size below 0", put(`${CHUNKED}-4\r\nx 1\n\r\n0\r\n\r\n`), REFUSED],
    ["a chunk with 0x", put(`${CHUNKED}0x4\r\nx 1\n\r\n0\r\n\r\n`), REFUSED],
    ["a chunk beyond 64 bits", put(`${CHUNKED}fffffffffffffffff\r\nx 1\n`), REFUSED],
    ["a chunk with bare line feeds", put(`${CHUNKED}4\nx 1\n\r\n0\r\n\r\n`), REFUSED],
    ["a chunk without its end", put(`${CHUNKED}4\r\nx 1\nXX0\r\n\r\n`), REFUSED],
    ["a line feed in an extension", put(`${CHUNKED}4;a\nb\r\nx 1\n\r\n0\r\n\r\n`), REFUSED],
    ["a trailer that is none", put(`${CHUNKED}4\r\nx 1\n\r\n0\r\n\0\0\r\n\r\n`), REFUSED],
    [
      "a trailer with headers that count",
      put(`${CHUNKED}4\r\nx 1\n\r\n0\r\nContent-Length: 77\r\n\r\n`),
      { push: "refused", scrape: [405] },
    ],
    [
      "50,000 trailers",
      put(`${CHUNKED}4\r\nx 1\n\r\n0\r\n${"X: b\r\n".repeat(50_000)}\r\n`),
      { ...REFUSED, last: true },
    ],
    [
      "a long extension",
      put(`${CHUNKED}4;a=${"b".repeat(1_000)}\r\nx 1\n\r\n0\r\n\r\n`),
      stored,
    ],
    // Lines and headers.
    ["a bare carriage return", "GET /healthz HTTP/1.1\rHost: x\r\r", REFUSED],
    ["a carriage return in a header", get("X: a\rb\r\n"), REFUSED],
    ["a NUL in a path", get("", "/heal\0thz"), REFUSED],
    ["a control character in a path", get("", "/heal\x01thz"), REFUSED],
    ["a byte above ASCII in a path", latin1(get("", "/heal\xffthz")), REFUSED],
    ["a space in a path", get("", "/a b"), REFUSED],
    ["a tab in a path", get("", "/a\tb"), REFUSED],
    ["a NUL in a header", get("X: a\0b\r\n"), REFUSED],
    ["a NUL behind the token", put("").replace(/\r\n$/, `\0\r\n${BODY}`), REFUSED],
    ["an escape sequence in a header", get("User-Agent: \x1b[31mred\r\n"), REFUSED],
    ["a header without a name", get(": ab\r\n"), REFUSED],
    ["a header without a colon", get("abc\r\n"), REFUSED],
    ["a folded first header", "GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n", REFUSED],
    ["a header of 1 MB", get(`X: ${"a".repeat(1_000_000)}\r\n`), { ...REFUSED, last: true }],
    ["a header's name of 1 MB", get(`${"a".repeat(1_000_000)}: b\r\n`), { ...REFUSED, last: true }],
    ["100,000 headers", get("X: b\r\n".repeat(100_000)), { ...REFUSED, last: true }],
    [
      "3,000 headers before the length",
      put("X: b\r\n".repeat(3_000) + BODY),
      { push: [204], scrape: "refused" },
    ],
    ["a method of 100 KB", `${"M".repeat(100_000)} / HTTP/1.1\r\n\r\n`, { ...REFUSED, last: true }],
    ["headers that every object has", get("__proto__: b\r\nconstructor: c\r\n"), answered],
    [
      "markup for a host",
      `GET /sd HTTP/1.1\r\nHost: <script>alert(1)</script>\r\n\r\n`,
      { push: [401], scrape: [400] },
    ],
    ["a host with a path", "GET /sd HTTP/1.1\r\nHost: a/b\r\n\r\n", { push: [401], scrape: [400] }],
    // Headers that say two things.
    ["two times to live", put(`Prompipe-Ttl: 5\r\nPrompipe-Ttl: 6\r\n${BODY}`), {
      push: [400],
      scrape: [405],
    }],
    ["labels twice", put(`Prompipe-Labels: a=b\r\nPrompipe-Labels: c=d\r\n${BODY}`), {
      push: [400],
      scrape: [405],
    }],
    ["two encodings", put(`Content-Encoding: gzip\r\nContent-Encoding: identity\r\n${BODY}`), {
      push: [415],
      scrape: [405],
    }],
    [
      "a wrong token before the good one",
      put(BODY).replace(auth, `Authorization: Bearer wrong\r\n${auth}`),
      { push: [401], scrape: [405] },
    ],
    // Targets of a request.
    ["a whole URL", get("", "http://other/healthz"), answered],
    ["a whole URL, and a push", put(BODY, "http://other/metrics/abuse/x"), stored],
    ["a URL without a path", get("", "http://x"), { push: [401], scrape: [200] }],
    ["two slashes", get("", "//healthz"), { push: [401], scrape: [404] }],
    ["no slash", get("", "healthz"), REFUSED],
    ["an authority for GET", get("", "x:80"), REFUSED],
    ["an authority for CONNECT", `CONNECT x:80 HTTP/1.1\r\n${HOST}\r\n`, {
      push: "refused",
      scrape: [404],
    }],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, { push: [401], scrape: [404] }],
    ["dots that leave the folder", put(BODY, "/metrics/abuse/../abuse/x"), {
      push: [404],
      scrape: [404],
    }],
    // Versions and other protocols.
    ["HTTP/0.9", "GET /healthz\r\n", { ...REFUSED, last: true }],
    ["HTTP/1.2", get("").replace("1.1", "1.2"), REFUSED],
    ["HTTP/2 by its preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", REFUSED],
    ["a TLS handshake", latin1(`\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${"\0".repeat(200)}`), {
      ...REFUSED,
      last: true,
    }],
    ["SSH", "SSH-2.0-OpenSSH_9\r\n", { ...REFUSED, last: true }],
    ["a proxy's own line", `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get("")}`, REFUSED],
    ["zeros", new Uint8Array(1_000), { ...REFUSED, last: true }],
    // What wants more than an answer.
    ["100-continue with the body", put(`Expect: 100-continue\r\n${BODY}`), {
      push: [100, 204],
      scrape: [100, 405],
    }],
    ["another expectation", put(`Expect: 200-ok\r\n${BODY}`), { push: [417], scrape: [405] }],
    ["an upgrade to HTTP/2", get("Connection: Upgrade\r\nUpgrade: h2c\r\n"), {
      push: [200],
      scrape: [200],
      last: true,
    }],
    ["an upgrade to nonsense", get("Connection: Upgrade\r\nUpgrade: \x7e\r\n"), {
      push: [200],
      scrape: [200],
      last: true,
    }],
    [
      "a stream without a token",
      get("Connection: Upgrade\r\nUpgrade: websocket\r\n", "/stream"),
      { push: [401], scrape: [404], last: true },
    ],
    [
      "a stream without a key",
      get(`${auth}Connection: Upgrade\r\nUpgrade: websocket\r\n`, "/stream"),
      { push: [400], scrape: [404], last: true },
    ],
    [
      "a push that would be a stream",
      put(`Connection: Upgrade\r\nUpgrade: websocket\r\n${BODY}`),
      { push: [404], scrape: "refused", last: true },
    ],
  ];
  return table.map(([name, bytes, rest]) => ({
    name,
    bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
    ...rest,
  }));
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
