// A network error in the words people know it by.

/** What the process may not have: a file for a connection. */
export const OUT_OF_FILES = "too many open files";
/** As where the other side speaks TLS. */
export const SPEAKS_NO_HTTP = "what answers speaks no HTTP";
const SPEAKS_NO_TLS = "what answers speaks no TLS";

const TEXTS: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["EPIPE", "connection closed"],
  ["ENOTFOUND", "no such host"],
  ["EAI_AGAIN", "name lookup failed for now"],
  ["ETIMEDOUT", "connection timed out"],
  ["EHOSTUNREACH", "no route to host"],
  ["ENETUNREACH", "network unreachable"],
  ["ENOENT", "no such socket"],
  ["EACCES", "permission denied"],
  ["EMFILE", OUT_OF_FILES],
  ["ENFILE", OUT_OF_FILES],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate of an unknown authority"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate of an unknown authority"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate of an unknown authority"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificate of an unknown authority"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate of another name"],
  ["CERT_HAS_EXPIRED", "certificate is out of date"],
  ["CERT_NOT_YET_VALID", "certificate is not valid yet"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", SPEAKS_NO_TLS],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "asks for a client's certificate"],
]);

/** What `openssl req -x509` makes by itself, and `fetch` takes for no server's. */
export const AUTHORITYS_OWN = "the certificate is an authority's own (CA:TRUE), not a server's";

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
  const code = errorCode(error) ?? "";
  const known = code.startsWith("HPE_") ? SPEAKS_NO_HTTP : TEXTS.get(code);
  if (known !== undefined) return known;
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return errorText(error.cause);
  const end = error.message.split(": ").at(-1) ?? error.message;
  if (end.includes("CaUsedAsEndEntity")) return AUTHORITYS_OWN;
  if (end === "InvalidContentType" || end.endsWith("type InvalidContentType")) return SPEAKS_NO_TLS;
  if (end === "invalid HTTP version parsed") return SPEAKS_NO_HTTP;
  return end.replace(/ \(os error \d+\)$/, "")
    .replace(/^(?:\w+\()+(\w+)\)+$/, "$1") // the TLS library's Other(OtherError(UnknownIssuer))
    .replace(/(?<=[a-z])[A-Z]/g, " $&")
    .toLowerCase();
}
