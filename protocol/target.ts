// A target: the job and instance under which Prometheus knows a source, and the
// path that names it on both listeners.

/** A job and an instance, both decoded: 1 to 200 bytes of UTF-8 without control characters. */
export interface Target {
  readonly job: string;
  readonly instance: string;
}

/** What a path turned out to be. `reason` is one line and fit for an answer. */
export type TargetPath =
  | { readonly kind: "target"; readonly target: Target }
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "other" };

const MAX_NAME_BYTES = 200;
/** No name within the limit is longer than this while percent-encoded. */
const MAX_ENCODED_LENGTH = MAX_NAME_BYTES * 3;
const PLAIN_NAME = /^[A-Za-z0-9_~][A-Za-z0-9._~-]*$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const UTF8 = new TextEncoder();

/**
 * Reads `/metrics/{job}/{instance}`, each one percent-encoded segment.
 *
 * A path of another shape is `other`; one of this shape with a name that may not
 * be is `invalid`. The path must be as it was sent: a URL parser would already
 * have resolved `..`.
 */
export function parseTargetPath(path: string): TargetPath {
  const segments = path.split("/", 5);
  const [before, metrics, job, instance] = segments;
  if (before !== "" || metrics !== "metrics" || job === undefined || instance === undefined) {
    return { kind: "other" };
  }
  if (segments.length !== 4) return { kind: "other" };

  return namedTarget(decodeName(job), decodeName(instance));
}

/** The target of two names that are decoded already. */
export function parseTargetNames(job: string, instance: string): TargetPath {
  return namedTarget(checkName(job), checkName(instance));
}

/** The one canonical path of a target, e.g. `/metrics/node/rpi%2Fattic`. */
export function targetPath(target: Target): string {
  return `/metrics/${encodeURIComponent(target.job)}/${encodeURIComponent(target.instance)}`;
}

/** A key that no two targets share: names hold no control characters, so no newline. */
export function targetKey(target: Target): string {
  return `${target.job}\n${target.instance}`;
}

type NoName = { readonly ok: false; readonly reason: string };
type Name = { readonly ok: true; readonly name: string } | NoName;

const TOO_LONG: NoName = { ok: false, reason: `is longer than ${MAX_NAME_BYTES} bytes` };

function namedTarget(job: Name, instance: Name): TargetPath {
  if (!job.ok) return { kind: "invalid", reason: `job ${job.reason}` };
  if (!instance.ok) return { kind: "invalid", reason: `instance ${instance.reason}` };
  return { kind: "target", target: { job: job.name, instance: instance.name } };
}

function decodeName(segment: string): Name {
  if (segment.length <= MAX_NAME_BYTES && PLAIN_NAME.test(segment)) {
    return { ok: true, name: segment };
  }
  if (segment.length > MAX_ENCODED_LENGTH) return TOO_LONG;
  try {
    return checkName(decodeURIComponent(segment));
  } catch {
    return { ok: false, reason: "is not percent-encoded UTF-8" };
  }
}

function checkName(name: string): Name {
  if (name === "") return { ok: false, reason: "is empty" };
  if (name === "." || name === "..") return { ok: false, reason: `is "${name}"` };
  if (CONTROL_CHARACTER.test(name)) return { ok: false, reason: "holds a control character" };
  return UTF8.encode(name).length > MAX_NAME_BYTES ? TOO_LONG : { ok: true, name };
}
