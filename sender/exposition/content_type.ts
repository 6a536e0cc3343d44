// What a Content-Type makes Prometheus do: which parser it takes, and what it objects to.

import type { Objection } from "./entry.ts";

/** How a body is read. Nothing here reads protobuf. */
export type Format = "text" | "openmetrics" | "protobuf";

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^\\s*(${TOKEN}(?:/${TOKEN})?)\\s*(?=;|$)`);
const PARAMETER = new RegExp(
  `^\\s*;\\s*(${TOKEN})\\s*=\\s*(?:(${TOKEN})|"((?:\\\\.|[^"\\\\\\r\\n])*)")\\s*`,
);

/** How Prometheus reads an answer of this type, which is `undefined` where none was sent. */
export function readContentType(header: string | undefined): {
  readonly format: Format;
  readonly objections: readonly Objection[];
} {
  if (header === undefined || header.trim() === "") {
    const message = "The Content-Type is missing: Prometheus 3 would refuse that from the source " +
      "itself, and the receiver says text/plain in its place";
    return { format: "text", objections: [{ refusedBy: "none", message }] };
  }
  const parsed = parseMediaType(header);
  if ("fault" in parsed) {
    return { format: "text", objections: [{ refusedBy: "from 3.0", message: parsed.fault }] };
  }
  const { type, charset } = parsed;
  if (type === "application/vnd.google.protobuf") {
    const message = "The body is protobuf, which is piped as it is and not looked into";
    return { format: "protobuf", objections: [{ refusedBy: "none", message }] };
  }
  const objections: Objection[] = [];
  if (type !== "text/plain" && type !== "application/openmetrics-text") {
    const message = `The Content-Type ${JSON.stringify(type)} is unknown to Prometheus`;
    objections.push({ refusedBy: "from 3.0", message });
  } else if (charset === undefined) {
    const message = "The Content-Type has no charset, and Prometheus takes it for utf-8";
    objections.push({ refusedBy: "none", message });
  } else if (!/^utf-?8$/i.test(charset)) {
    const message = "The Content-Type has another charset than utf-8, and Prometheus reads utf-8";
    objections.push({ refusedBy: "none", message });
  }
  return { format: type === "application/openmetrics-text" ? "openmetrics" : "text", objections };
}

/** Type and charset, as Go's mime.ParseMediaType takes them apart. */
function parseMediaType(header: string):
  | { readonly type: string; readonly charset: string | undefined }
  | { readonly fault: string } {
  const start = MEDIA_TYPE.exec(header);
  if (start === null) return { fault: "The Content-Type is not a media type" };
  const parameters = new Map<string, string>();
  let rest = header.slice(start[0].length);
  while (!/^\s*;?\s*$/.test(rest)) {
    const match = PARAMETER.exec(rest);
    if (match === null) return { fault: "The Content-Type has a broken parameter" };
    const name = match[1]!.toLowerCase();
    if (parameters.has(name)) return { fault: `The Content-Type says "${name}" twice` };
    parameters.set(name, match[2] ?? match[3]!.replace(/\\(.)/g, "$1"));
    rest = rest.slice(match[0].length);
  }
  return { type: start[1]!.toLowerCase(), charset: parameters.get("charset") };
}
