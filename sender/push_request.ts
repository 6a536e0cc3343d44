// A report as the request that carries it.

import { encodeFailure, PROBLEM_TYPE, writePushHeaders } from "../protocol/mod.ts";
import { packed } from "./pack.ts";
import type { Report } from "./report.ts";

/** What is to be sent. The headers hold the token. */
export interface PushRequest {
  readonly method: "PUT";
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Makes the request of a report: a snapshot gzipped, or why there is none. */
export async function pushRequest(
  report: Report,
  { bearerToken, userAgent }: { readonly bearerToken: string; readonly userAgent: string },
): Promise<PushRequest> {
  const { body, headers } = await content(report);
  return {
    method: "PUT",
    body,
    headers: {
      ...headers,
      ...writePushHeaders(report),
      "Authorization": `Bearer ${bearerToken}`,
      "User-Agent": userAgent,
    },
  };
}

async function content(report: Report) {
  const { result } = report;
  if (!result.ok) {
    return { body: encodeFailure(result.failure), headers: { "Content-Type": PROBLEM_TYPE } };
  }
  const headers: Record<string, string> = { "Content-Encoding": "gzip" };
  if (result.contentType !== undefined) {
    headers["Content-Type"] = result.contentType;
  }
  return { body: await packed(result), headers };
}
