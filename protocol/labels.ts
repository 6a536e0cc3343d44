// Labels that a sender gives a target, on top of job and instance: what they may be,
// and how they travel in a header, as a query string.

/** Values by name. */
export type Labels = Readonly<Record<string, string>>;

/** Either labels, or one line on what is wrong, to follow the header's name. No value is in it. */
export type ParsedLabels =
  | { readonly ok: true; readonly labels: Labels }
  | { readonly ok: false; readonly reason: string };

const MAX_LABELS = 32;
const MAX_VALUE_BYTES = 200;
/** As written. What stands before a receiver may allow no longer header than 8 KiB. */
const MAX_WRITTEN_LENGTH = 4096;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const MAX_NAME_LENGTH = 200;
/** What Prometheus or the path of the target says. */
const RESERVED = /^(?:__.*|job|instance)$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const UTF8 = new TextEncoder();

/** Why there can't be a label of this name, or `undefined`. Follows the name in a message. */
export function labelNameFault(name: string): string | undefined {
  if (!NAME.test(name)) return "is no label name: letters, digits and _, no digit first";
  if (RESERVED.test(name)) return "is reserved, as job, instance and names that begin with __ are";
  return name.length > MAX_NAME_LENGTH ? `is longer than ${MAX_NAME_LENGTH} bytes` : undefined;
}

/** Why no label can have this value, or `undefined`. Follows the name in a message. */
export function labelValueFault(value: string): string | undefined {
  if (!value.isWellFormed()) return "is no valid Unicode";
  if (CONTROL_CHARACTER.test(value)) return "holds a control character";
  return UTF8.encode(value).length > MAX_VALUE_BYTES
    ? `is longer than ${MAX_VALUE_BYTES} bytes`
    : undefined;
}

/** Why these labels, each of them right, can't stand together, or `undefined`. */
export function labelsFault(labels: Labels): string | undefined {
  if (Object.keys(labels).length > MAX_LABELS) return `are more than ${MAX_LABELS}`;
  return writeLabels(labels).length > MAX_WRITTEN_LENGTH
    ? `are longer than ${MAX_WRITTEN_LENGTH} bytes, as a query string`
    : undefined;
}

/** `site=home&room=b%C3%BCro`, of labels that are right. */
export function writeLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}

/** Reads what {@linkcode writeLabels} writes, and refuses a name that comes twice. */
export function parseLabels(query: string): ParsedLabels {
  if (query === "") return { ok: true, labels: {} };
  if (query.length > MAX_WRITTEN_LENGTH) return wrong(`is longer than ${MAX_WRITTEN_LENGTH} bytes`);
  const parts = query.split("&", MAX_LABELS + 1);
  if (parts.length > MAX_LABELS) return wrong(`holds more than ${MAX_LABELS} labels`);
  const labels = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals));
    if (labelNameFault(name) !== undefined) return wrong("holds a name that is not allowed");
    const value = decode(part.slice(equals + 1));
    if (value === undefined) return wrong(`is not percent-encoded UTF-8 in "${name}"`);
    const fault = labelValueFault(value);
    if (fault !== undefined) return wrong(`has a value in "${name}" that ${fault}`);
    if (labels.has(name)) return wrong(`holds "${name}" twice`);
    labels.set(name, value);
  }
  return { ok: true, labels: Object.fromEntries(labels) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

function wrong(reason: string): ParsedLabels {
  return { ok: false, reason };
}
