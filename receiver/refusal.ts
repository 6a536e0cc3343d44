// Why a request is refused, and the one place that says with which status.

/** Every reason for which the push listener refuses a request. */
export const REFUSAL_STATUS = {
  bad_name: 400,
  bad_header: 400,
  broken_body: 400,
  no_token: 401,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_slow: 408,
  conflict: 409,
  deleted: 410,
  no_base: 412,
  too_large: 413,
  unknown_encoding: 415,
  upgrade_required: 426,
  too_many_requests: 429,
  too_many_streams: 503,
  no_room: 507,
} as const;

/** One word for why a request was refused. */
export type RefusalReason = keyof typeof REFUSAL_STATUS;

/** A refusal: `detail` is one line for the one who asked. */
export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly detail: string;
  /** When to come again. */
  readonly retryAfterS?: number;
}

/** Makes a refusal. */
export function refuse(reason: RefusalReason, detail: string): Refusal {
  return { ok: false, reason, detail };
}

/** A refusal as a frame of a stream has it. */
export function refusalInfo({ reason, detail, retryAfterS = 0 }: Refusal) {
  return { status: REFUSAL_STATUS[reason], reason, detail, retryAfterS };
}

/** One line of plain text, which no browser takes for anything else. */
export function textResponse(
  status: number,
  line: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(`${line}\n`, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
  });
}

/** The answer to a refused request. */
export function refusalResponse(
  refusal: Refusal,
  headers: Record<string, string> = {},
): Response {
  const { reason, detail, retryAfterS } = refusal;
  const all = { ...headers };
  if (retryAfterS !== undefined) all["Retry-After"] = String(retryAfterS);
  return textResponse(REFUSAL_STATUS[reason], detail, all);
}
