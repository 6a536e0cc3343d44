// What stands before a receiver: whether one is behind it, and how large a body it lets pass.

import * as http from "node:http";
import * as https from "node:https";
import { formatSize } from "../../protocol/mod.ts";
import type { Fetch } from "../delivery.ts";
import type { Destination } from "../pair.ts";
import { destinationOptions } from "../tls.ts";
import { ask } from "./answer.ts";
import { type Finding, fine, note, trouble } from "./finding.ts";

const TIMEOUT_MS = 5_000;
/** nginx lets 1 MiB pass unless told otherwise; a large exporter says more, even packed. */
const PROBED_BYTES = 4 * 2 ** 20;

/** Asks for `/healthz` beside the destination, which needs no token. */
export async function examineHealth({ url }: Destination, fetch: Fetch): Promise<Finding> {
  const asked = await ask(
    (signal) => fetch(new URL("../../healthz", url), { redirect: "manual", signal }),
    { timeoutMs: TIMEOUT_MS },
  );
  if (!asked.ok) return note("ingress", `/healthz: ${asked.timedOut ? "no answer" : asked.text}`);
  const { status, text } = asked.answer;
  return status === 200 && text === "ok"
    ? fine("ingress", "a receiver answers at /healthz")
    : note("ingress", `/healthz gives ${status}: perhaps it isn't let through`);
}

/**
 * Announces a large body without a token, and sends none of it: who has a limit says so,
 * and a receiver says that it wants a token.
 */
export async function examineBodyLimit({ url, tls }: Destination): Promise<Finding> {
  const status = await announce(url, tls);
  const size = formatSize(PROBED_BYTES);
  if (status !== 413) return fine("ingress", `nothing objects to a body of ${size}`);
  return trouble("ingress", `what stands before the receiver lets no body of ${size} pass`, {
    level: "warning",
    remedy: "raise its limit if a source says that much (nginx: client_max_body_size 10m)",
  });
}

function announce(url: URL, tls: Destination["tls"]): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const { request } = url.protocol === "https:" ? https : http;
  const outgoing = request(url, {
    ...url.protocol === "https:" && destinationOptions(tls),
    agent: false,
    method: "PUT",
    headers: { "Content-Length": PROBED_BYTES, "Connection": "close" },
  }, ({ statusCode }) => resolve(statusCode));
  const timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
  outgoing.on("error", () => resolve(undefined));
  outgoing.flushHeaders();
  return promise.finally(() => {
    clearTimeout(timer);
    outgoing.destroy();
  });
}
