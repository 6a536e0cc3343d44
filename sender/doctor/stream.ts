// Whether a stream can be opened to a receiver, and something comes through it.

import { formatDuration } from "../../protocol/mod.ts";
import { CLOSE } from "../../protocol/stream/mod.ts";
import type { Destination } from "../pair.ts";
import type { Env } from "../proxy.ts";
import { Connection } from "../stream/connection.ts";
import { webSocketOpener } from "../stream/web_socket.ts";
import { realTiming } from "../timing.ts";
import { type Finding, fine, trouble } from "./finding.ts";
import { RECEIVER_REMEDIES } from "./push.ts";

const TIMEOUT_MS = 8_000;
const REMEDY = "let WebSockets pass to /stream (nginx: proxy_http_version 1.1, and the headers " +
  "Upgrade and Connection)";

/** How a stream is tried. */
export interface StreamProbe {
  readonly userAgent: string;
  readonly env: Env;
  /** Pairs for which PUT won't do instead. */
  readonly onDemand: number;
}

/** Opens a stream, waits for the receiver's hello, and says goodbye. */
export async function examineStream(
  destination: Destination,
  { userAgent, env, onDemand }: StreamProbe,
): Promise<Finding> {
  const level = onDemand > 0 ? "stop" : "warning";
  const otherwise = onDemand > 0
    ? `; until then nobody can scrape what is on demand: ${onDemand} of its targets`
    : "; until then the sender pushes by PUT";
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const connection = new Connection({
    events: { scrape() {}, cancel() {}, targetRefused() {} },
    hello: { type: "hello", software: userAgent },
    timing: realTiming,
    secret: destination.bearerToken,
    maxBasesBytes: 0,
  });
  const opened = await webSocketOpener(destination, { userAgent, env })(connection, signal);
  if (!opened.ok) {
    const { failure: { reason }, unfit } = opened;
    if (unfit === "no") {
      // What is no fault of WebSockets is none that PUT would be used for.
      const status = Number(/^\d{3}\b/.exec(reason)?.[0]);
      return trouble("stream", `no stream: ${reason}`, {
        remedy: RECEIVER_REMEDIES.get(status) ?? "see what is said of the connection and of TLS",
      });
    }
    return trouble("stream", `no stream gets through: ${reason}`, {
      level,
      remedy: `bring the receiver to this version, and ${REMEDY}${otherwise}`,
    });
  }
  const giveUp = () => connection.close(CLOSE.silent, "");
  signal.addEventListener("abort", giveUp);
  connection.start(opened.socket, opened);
  const isReady = await connection.ready;
  signal.removeEventListener("abort", giveUp);
  connection.close(CLOSE.done, "");
  if (isReady) return fine("stream", "a stream opens, and the receiver says hello");
  return trouble(
    "stream",
    `a stream opens, but nothing came through it in ${formatDuration(TIMEOUT_MS)}`,
    { level, remedy: `something on the way holds back what passes: ${REMEDY}${otherwise}` },
  );
}
