// Long answers, made piece by piece so that pushes get their turn in between, and packed
// for whoever takes that.

import { acceptsEncoding } from "./accept_encoding.ts";

/** Pieces go out once they are this long together. */
const PIECE_LENGTH = 64 * 1024;

/** An answer of text; `pieces` is read as fast as the client takes it. */
export function streamResponse(
  request: Request,
  pieces: Iterable<string>,
  headers: Readonly<Record<string, string>>,
): Response {
  const all = { ...headers, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff" };
  if (request.method === "HEAD") return new Response(null, { headers: all });
  const bytes = ReadableStream.from(joined(pieces)).pipeThrough(new TextEncoderStream());
  if (!acceptsEncoding(request.headers.get("accept-encoding"), "gzip")) {
    return new Response(bytes, { headers: all });
  }
  const packed = bytes.pipeThrough(new CompressionStream("gzip"));
  return new Response(packed, { headers: { ...all, "Content-Encoding": "gzip" } });
}

async function* joined(pieces: Iterable<string>): AsyncGenerator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE_LENGTH) continue;
    yield text;
    text = "";
    await new Promise((resolve) => setTimeout(resolve));
  }
  yield text;
}
