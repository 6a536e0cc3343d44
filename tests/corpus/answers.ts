// Answers as no server gives them, to a scrape and to a push, and what the sender must make
// of each: never data that nobody said, never a push that nobody took.

/** What comes back on a connection, piece by piece; an endless piece comes again and again. */
export type Piece = string | Uint8Array | { readonly endless: string };

/** Bytes in place of an answer, after which the connection is closed. */
export interface AnswerCase {
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** The bytes that count as the source's, or the cause of a failure. */
  readonly scrape:
    | { readonly body: string }
    | "source_refused"
    | "source_invalid"
    | "source_status"
    | "source_too_large";
  /** Whether the push counts as taken. */
  readonly taken?: boolean;
}

const OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
const WHOLE = `${OK}Content-Length: 4\r\n\r\nx 1\n`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const X = { body: "x 1\n" };

function redirect(location: string): string {
  return `HTTP/1.1 308 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;
}

function status(line: string): string {
  return `HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`;
}

/** All of them. */
export const ANSWERS: readonly AnswerCase[] = [
  { name: "as it should be", pieces: [WHOLE], scrape: X },
  { name: "split anywhere", pieces: Array.from(WHOLE), scrape: X },
  { name: "nothing", pieces: [], scrape: "source_refused" },
  {
    name: "a push taken",
    pieces: ["HTTP/1.1 204 X\r\n\r\n"],
    scrape: "source_status",
    taken: true,
  },
  {
    name: "200 and nothing",
    pieces: [`${OK}Content-Length: 0\r\n\r\n`],
    scrape: { body: "" },
    taken: true,
  },
  // Status lines.
  { name: "status 000", pieces: [status("000 X")], scrape: "source_status" },
  { name: "status 99", pieces: [status("99 X")], scrape: "source_refused" },
  { name: "status 600", pieces: [status("600 X")], scrape: "source_status" },
  { name: "status 999", pieces: [status("999 X")], scrape: "source_status" },
  { name: "status 1000", pieces: [status("1000 X")], scrape: "source_refused" },
  { name: "status below 0", pieces: [status("-200 X")], scrape: "source_refused" },
  { name: "a status in hex", pieces: [status("0xC8 X")], scrape: "source_refused" },
  { name: "no HTTP", pieces: ["x 1\n"], scrape: "source_refused" },
  { name: "HTTP/2 in words", pieces: [WHOLE.replace("1.1", "2")], scrape: "source_refused" },
  { name: "HTTP/1.9", pieces: [WHOLE.replace("1.1", "1.9")], scrape: "source_refused" },
  { name: "a radio station", pieces: [WHOLE.replace("HTTP/1.1", "ICY")], scrape: "source_refused" },
  { name: "TLS", pieces: [Uint8Array.of(21, 3, 3, 0, 2, 2, 40)], scrape: "source_refused" },
  {
    name: "a status line without end",
    pieces: ["HTTP/1.1 200 ", { endless: "y".repeat(10_000) }],
    scrape: "source_refused",
  },
  // Lengths.
  {
    name: "cut short",
    pieces: [`${OK}Content-Length: 400\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "two lengths",
    pieces: [`${OK}Content-Length: 4\r\nContent-Length: 2\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "a length below 0",
    pieces: [`${OK}Content-Length: -1\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "a length of words",
    pieces: [`${OK}Content-Length: abc\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "a length beyond 64 bits",
    pieces: [`${OK}Content-Length: 18446744073709551616\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "a length and chunks",
    pieces: [`${OK}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nx 1\n\r\n0\r\n\r\n`],
    scrape: "source_refused",
  },
  {
    name: "another answer behind it",
    pieces: [`${WHOLE}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nevil 1`],
    scrape: X,
  },
  // Chunks.
  { name: "chunks", pieces: [`${CHUNKED}4\r\nx 1\n\r\n0\r\n\r\n`], scrape: X },
  {
    name: "a chunk without a size",
    pieces: [`${CHUNKED}zz\r\nx 1\n\r\n0\r\n\r\n`],
    scrape: "source_refused",
  },
  { name: "chunks without an end", pieces: [`${CHUNKED}4\r\nx 1\n\r\n`], scrape: "source_refused" },
  {
    name: "a chunk beyond 64 bits",
    pieces: [`${CHUNKED}fffffffffffffffffff\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "trailers without end",
    pieces: [`${CHUNKED}4\r\nx 1\n\r\n0\r\n`, { endless: "X: yyyyyyyy\r\n".repeat(1000) }],
    scrape: "source_refused",
  },
  {
    name: "packed for the transfer",
    pieces: [`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nx 1\n\r\n0\r\n\r\n`],
    scrape: "source_refused",
  },
  {
    name: "chunks by another name",
    pieces: [`${OK}Transfer-Encoding: xchunked\r\n\r\n4\r\nx 1\n\r\n0\r\n\r\n`],
    scrape: "source_refused",
  },
  // Headers.
  {
    name: "100,000 headers",
    pieces: [`${OK}${"X: y\r\n".repeat(100_000)}Content-Length: 4\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "headers without end",
    pieces: [OK, { endless: "X: yyyyyyyy\r\n".repeat(1000) }],
    scrape: "source_refused",
  },
  {
    name: "a header without end",
    pieces: [`${OK}X: `, { endless: "y".repeat(10_000) }],
    scrape: "source_refused",
  },
  {
    name: "a NUL in a header",
    pieces: [`${OK}X: a\0b\r\nContent-Length: 4\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "an escape sequence in a type",
    pieces: [WHOLE.replace("plain", "\x1b[31m")],
    scrape: "source_refused",
  },
  {
    name: "a folded header",
    pieces: [`${OK}X: a\r\n b\r\nContent-Length: 4\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "a space before a colon",
    pieces: [`${OK}Content-Length : 4\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  {
    name: "a header without a colon",
    pieces: [`${OK}foo\r\nContent-Length: 4\r\n\r\nx 1\n`],
    scrape: "source_refused",
  },
  // Interim answers and other protocols.
  { name: "hints first", pieces: [`HTTP/1.1 103 Early Hints\r\n\r\n${WHOLE}`], scrape: X },
  {
    name: "interim answers without end",
    pieces: [{ endless: "HTTP/1.1 102 X\r\n\r\n".repeat(100) }],
    scrape: "source_refused",
  },
  {
    name: "another protocol",
    pieces: ["HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"],
    scrape: "source_refused",
  },
  // Encodings.
  {
    name: "brotli",
    pieces: [WHOLE.replace("\r\n\r\n", "\r\nContent-Encoding: br\r\n\r\n")],
    scrape: "source_invalid",
  },
  {
    name: "gzip twice",
    pieces: [WHOLE.replace("\r\n\r\n", "\r\nContent-Encoding: gzip, gzip\r\n\r\n")],
    scrape: "source_invalid",
  },
  // Redirects.
  { name: "a redirect to itself", pieces: [redirect("/metrics")], scrape: "source_invalid" },
  {
    name: "a redirect to a file",
    pieces: [redirect("file:///etc/passwd")],
    scrape: "source_invalid",
  },
  {
    name: "a redirect to a script",
    pieces: [redirect("javascript:alert(1)")],
    scrape: "source_invalid",
  },
  {
    name: "a redirect with a password",
    pieces: [redirect("http://u:p@127.0.0.1:1/")],
    scrape: "source_invalid",
  },
  { name: "a redirect to nowhere", pieces: [redirect("http://[")], scrape: "source_invalid" },
  // Too much.
  {
    name: "a body without end",
    pieces: [`${OK}\r\n`, { endless: "y".repeat(10_000) }],
    scrape: "source_too_large",
  },
  {
    name: "a refusal without end",
    pieces: ["HTTP/1.1 500 X\r\nContent-Type: text/plain\r\n\r\n", { endless: "y".repeat(10_000) }],
    scrape: "source_too_large",
  },
  {
    name: "a refusal in red",
    pieces: [
      "HTTP/1.1 401 X\r\nContent-Type: text/plain\r\nContent-Length: 29\r\n\r\n\x1b[31m<script>\r\nlevel=error x\n",
    ],
    scrape: "source_status",
  },
  {
    name: "a wait of ages",
    pieces: ["HTTP/1.1 429 X\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n"],
    scrape: "source_status",
  },
  {
    name: "a date that is none",
    pieces: ["HTTP/1.1 204 X\r\nDate: Fri, 99 Xxx 99999999\r\n\r\n"],
    scrape: "source_status",
    taken: true,
  },
];
