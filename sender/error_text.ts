// A network error in the words people know it by.

const TEXTS: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["EPIPE", "connection closed"],
  ["ENOTFOUND", "no such host"],
  ["EAI_AGAIN", "name lookup failed for now"],
  ["ETIMEDOUT", "connection timed out"],
  ["EHOSTUNREACH", "no route to host"],
  ["ENETUNREACH", "network unreachable"],
]);

/** The code of an error or of what caused it, such as `ECONNREFUSED`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}

/**
 * One line on what went wrong. `fetch` only says "fetch failed": its cause knows
 * more, at the end of a chain of colons.
 */
export function errorText(error: unknown): string {
  const known = TEXTS.get(errorCode(error) ?? "");
  if (known !== undefined) return known;
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return errorText(error.cause);
  const end = error.message.split(": ").at(-1) ?? error.message;
  return end.replace(/ \(os error \d+\)$/, "")
    .replace(/^(?:\w+\()+(\w+)\)+$/, "$1") // the TLS library's Other(OtherError(UnknownIssuer))
    .replace(/(?<=[a-z])[A-Z]/g, " $&")
    .toLowerCase();
}
