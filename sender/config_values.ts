// Single values of a config: from what stands in the file to what the sender works with.

import {
  isToken,
  labelNameFault,
  type Labels,
  labelsFault,
  labelValueFault,
  parseDuration,
  parseSize,
  parseTargetPath,
  type Target,
} from "../protocol/mod.ts";
import { isRecord, quote } from "../protocol/config_path.ts";

/** Why a value can't be, where more can be said than what would be right. */
export class Wrong {
  readonly reason: string;

  /** `reason` follows the key in a message, and holds nothing secret. */
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Where a source is: its URL, and the unix socket to ask at. */
export interface SourceAddress {
  readonly url: URL;
  readonly socketPath: string | undefined;
}

/** A push URL, and the target that its path names. */
export interface DestinationAddress {
  readonly url: URL;
  readonly target: Target;
}

const MIN_DURATION_MS = 100;
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;
const MAX_PARAM_NAMES = 32;
const MAX_PARAM_NAME_BYTES = 200;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What the connection and the unpacking of the answer depend on. */
const OWN_HEADERS =
  /^(?:accept-encoding|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** `http://`, `https://`, or `unix:///run/x.sock:/metrics`. */
export function parseSource(text: string): SourceAddress | undefined {
  // Where the socket's name holds ":/", that is taken for its end.
  const socket = /^unix:\/\/(\/[^\p{Cc}]+?)(?::(\/[^#\s]*))?$/iu.exec(text);
  if (socket !== null) {
    const url = URL.parse(`http://localhost${socket[2] ?? "/metrics"}`);
    return url === null ? undefined : { url, socketPath: socket[1] };
  }
  const url = parseUrl(text, /^https?:\/\//i);
  return url === undefined ? undefined : { url, socketPath: undefined };
}

/** A URL that ends in `/metrics/{job}/{instance}`. */
export function parseDestination(text: string): DestinationAddress | undefined {
  const url = parseUrl(text, /^(?:https?|wss?):\/\//i);
  if (url === undefined || url.search !== "" || url.hash !== "") {
    return undefined;
  }
  // URL resolves "..", so the segments are read from what stands in the file.
  const path = /^\w+:\/\/[^/\\?#\s]+(?:\/[^\\?#\s]*)?(\/metrics\/[^/\\?#\s]*\/[^/\\?#\s]*)$/i
    .exec(text)?.[1];
  const parsedPath = parseTargetPath(path ?? "");
  return parsedPath.kind === "target" ? { url, target: parsedPath.target } : undefined;
}

function parseUrl(text: string, scheme: RegExp): URL | undefined {
  if (!scheme.test(text)) return undefined;
  const url = URL.parse(text);
  return url === null || url.username !== "" || url.password !== "" ? undefined : url;
}

/** Milliseconds. */
export function parseInterval(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms === undefined || ms < MIN_DURATION_MS || ms > MAX_DURATION_MS ? undefined : ms;
}

/** Bytes. */
export function parsePositiveSize(text: string): number | undefined {
  return parseSize(text) || undefined;
}

export function parseToken(text: string): string | undefined {
  return isToken(text) ? text : undefined;
}

/** Any text with something in it. */
export function parseText(text: string): string | undefined {
  return text || undefined;
}

/** A host's name, which an address is not: TLS asks for none by its address. */
export function parseServerName(text: string): string | undefined {
  return /^(?![\d.]+$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(text) ? text : undefined;
}

/** A name that has no colon, which is where the password begins. */
export function parseUsername(text: string): string | undefined {
  return /[:\p{Cc}]/u.test(text) ? undefined : text;
}

export function parseLabelTable(value: unknown): Labels | Wrong | undefined {
  if (!isRecord(value)) return undefined;
  for (const [name, each] of Object.entries(value)) {
    const of = typeof each === "string" ? labelValueFault(each) : "is no text";
    const fault = labelNameFault(name) ?? of;
    if (fault !== undefined) return new Wrong(`holds ${quote(name)}, which ${fault}`);
  }
  const fault = labelsFault(value as Labels);
  return fault === undefined ? value as Labels : new Wrong(fault);
}

/** Headers by name. A name that can't be may be a whole header, so it isn't shown. */
export function parseHeaders(value: unknown): Readonly<Record<string, string>> | Wrong | undefined {
  if (!isRecord(value)) return undefined;
  for (const [name, each] of Object.entries(value)) {
    if (!HEADER_NAME.test(name)) return new Wrong("holds a name that no header can have");
    if (OWN_HEADERS.test(name)) return new Wrong(`holds "${name}", which is prompipe's own`);
    if (typeof each !== "string") return new Wrong(`holds "${name}", which is no text`);
    if (!HEADER_VALUE.test(each)) {
      return new Wrong(`holds "${name}" with a character that no header can have`);
    }
  }
  return value as Record<string, string>;
}

/** Lists of values by name. */
export function parseParams(
  value: unknown,
): Readonly<Record<string, readonly string[]>> | undefined {
  if (!isRecord(value)) return undefined;
  const right = Object.values(value).every((each) =>
    Array.isArray(each) && each.every((item) => typeof item === "string" && item.isWellFormed())
  );
  return right ? value as Record<string, string[]> : undefined;
}

/** Names, each once, as many as a stream can carry. */
export function parseParamNames(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_PARAM_NAMES) return undefined;
  const right = value.every((each) =>
    typeof each === "string" && each !== "" && each.isWellFormed() &&
    new TextEncoder().encode(each).length <= MAX_PARAM_NAME_BYTES
  );
  return right ? [...new Set<string>(value)] : undefined;
}

/** A path with at most one `*`, in its last segment, as Prometheus has it. */
export function parseTargetGlob(text: string): string | undefined {
  return /^[^*\p{Cc}]*(?:\*[^/*\p{Cc}]*)?\.(?:json|yml|yaml|JSON|YML|YAML)$/u.test(text)
    ? text
    : undefined;
}

/** A destination whose path names labels of a target, such as `{job}`. */
export function parseTemplate(text: string): string | undefined {
  const origin = /^\w+:\/\/[^/{}]+\//i;
  const example = text.replaceAll(TEMPLATE_LABEL, "x");
  return origin.test(text) && parseDestination(example) !== undefined && !/[{}]/.test(example)
    ? text
    : undefined;
}

/** `{name}` in a template. */
export const TEMPLATE_LABEL = /\{([a-zA-Z_][a-zA-Z0-9_]*)\}/g;
