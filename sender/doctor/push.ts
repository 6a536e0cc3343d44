// One real push, and what its answer tells of the token, the ingress and the receiver.

import { formatDuration, targetPath } from "../../protocol/mod.ts";
import type { Fetch } from "../delivery.ts";
import type { Destination, Pair } from "../pair.ts";
import { SPEAKS_NO_HTTP } from "../error_text.ts";
import { pushRequest } from "../push_request.ts";
import type { Report } from "../report.ts";
import { type Answer, ask, isReceivers } from "./answer.ts";
import { type Finding, fine, trouble } from "./finding.ts";

/** A clock further off than this makes people wonder, and rules misfire. */
const MAX_CLOCK_OFFSET_MS = 60_000;

/** What a push is made with. */
export interface PushOptions {
  readonly fetch: Fetch;
  readonly userAgent: string;
}

/** Pushes a report as the sender would, once. */
export async function examinePush(
  { pair, destination, report }: {
    readonly pair: Pair;
    readonly destination: Destination;
    readonly report: Report;
  },
  { fetch, userAgent }: PushOptions,
): Promise<Finding[]> {
  const { url, bearerToken } = destination;
  const push = await pushRequest(report, { bearerToken, userAgent });
  const asked = await ask(
    (signal) => fetch(url, { ...push, redirect: "manual", signal }),
    { timeoutMs: pair.timeoutMs, secret: bearerToken },
  );
  if (!asked.ok) {
    if (url.protocol === "http:" && asked.text === SPEAKS_NO_HTTP) {
      return [trouble("push", "what answers speaks no plain HTTP", {
        remedy: "write https:// (wss://) in the destination, or name the port of plain HTTP",
      })];
    }
    if (!asked.timedOut) {
      return [trouble("push", `no answer: ${asked.text}`, {
        remedy: "see what is said of the connection and of TLS; else what stands before the " +
          "receiver closes connections",
      })];
    }
    return [trouble("push", `no answer in ${formatDuration(pair.timeoutMs)}`, {
      remedy: "something takes the connection and says nothing: see that the receiver behind " +
        'the ingress runs, or give the pair a longer "timeout"',
    })];
  }
  const { answer } = asked;
  const verdict = judge(answer, url);
  if (verdict !== undefined) return [verdict];
  const path = targetPath(destination.target);
  return [
    fine("push", `${path} was taken in ${formatDuration(Math.ceil(answer.tookMs))}`),
    examineClock(answer),
    examinePace(answer, pair),
  ];
}

/** What a refusal means; `undefined` where the push was taken. */
export function judge(answer: Answer, url: URL): Finding | undefined {
  const { status, headers, text } = answer;
  const stop = (message: string, remedy: string) => trouble("push", message, { remedy });
  const said = text === "" ? String(status) : `${status} "${text}"`;
  if (isReceivers(answer)) {
    if (status < 300) return undefined;
    const remedy = RECEIVER_REMEDIES.get(status) ?? "see the receiver's log";
    if (status === 401 && text.startsWith("no bearer token")) {
      return stop(
        `${said}, though one was sent`,
        "what stands before the receiver takes the Authorization header away: let it pass",
      );
    }
    return stop(`the receiver says ${said}`, remedy);
  }
  if (status >= 300 && status < 400) {
    const location = URL.parse(headers.get("location") ?? "", url);
    if (location?.origin === url.origin) {
      const remedy = "make that the destination: each push goes twice";
      return trouble("push", `redirected to ${location.pathname}`, { level: "warning", remedy });
    }
    return stop(
      `redirected to ${location?.origin ?? "nowhere"}`,
      "make that the destination: a token follows no redirect to another origin",
    );
  }
  if (status < 300) {
    return stop(
      `${status} came from something else than a receiver`,
      "a captive portal or a web page answers: log in to the network, or check the destination",
    );
  }
  return stop(
    `what stands before the receiver says ${status}`,
    INGRESS_REMEDIES.get(status) ?? "see the log of what stands before the receiver",
  );
}

/** What to do where a receiver refuses, by status. */
export const RECEIVER_REMEDIES: ReadonlyMap<number, string> = new Map([
  [400, "sender and receiver differ in version: bring both to the newer one"],
  [
    401,
    'the receiver doesn\'t know this token, or it has expired: check "bearer_token" here, ' +
    "and BEARER_TOKEN or receiver.json there",
  ],
  [403, 'let the token write this path: "targets" in the receiver\'s receiver.json'],
  [404, "end the destination in /metrics/{job}/{instance}, without a path before it"],
  [405, "that is the scrape listener: name the port of the push listener"],
  [408, "the way is too slow for a body of this size"],
  [409, "two senders push this target: give one of them another path"],
  [413, "raise max_body or max_unpacked of the receiver, or drop series (keep, drop)"],
  [415, "the receiver is older than this sender: bring it to the same version"],
  [429, "push less often, or raise pushes_per_minute of this token on the receiver"],
  [507, "raise max_targets or max_memory of the receiver, or of this token"],
]);

const INGRESS_REMEDIES: ReadonlyMap<number, string> = new Map([
  [401, "it wants credentials of its own: let it pass bearer tokens on to the receiver"],
  [403, "it forbids this request: let it pass PUT to /metrics/"],
  [404, "it knows no such path: route /metrics/ to the receiver's push listener"],
  [405, "it doesn't let PUT pass: allow that method"],
  [407, "the proxy wants credentials: put them into HTTPS_PROXY"],
  [411, "it wants a Content-Length: let it pass what senders send"],
  [413, "the body is over its limit: raise that (nginx: client_max_body_size)"],
  [501, "it doesn't let PUT pass: allow that method"],
  [502, "it can't reach the receiver: see that it runs, and that the port is its push listener's"],
  [503, "it has no receiver to pass this to: see that one runs"],
  [504, "the receiver behind it doesn't answer it in time: see that it runs"],
]);

function examineClock({ headers, atMs, tookMs }: Answer): Finding {
  const theirsMs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirsMs)) return fine("clock", "the receiver doesn't say its time");
  // `Date` has whole seconds.
  const offMs = theirsMs + 500 - (atMs - tookMs / 2);
  if (Math.abs(offMs) <= MAX_CLOCK_OFFSET_MS) return fine("clock", "both clocks agree");
  const by = formatDuration(Math.round(Math.abs(offMs) / 1000) * 1000);
  return trouble("clock", `this machine's clock is ${by} ${offMs > 0 ? "behind" : "ahead"}`, {
    level: "warning",
    remedy: "set it by NTP on both ends (timedatectl set-ntp true)",
  });
}

function examinePace({ tookMs }: Answer, { intervalMs }: Pair): Finding {
  const took = formatDuration(Math.ceil(tookMs));
  const interval = formatDuration(intervalMs);
  if (tookMs <= intervalMs) {
    return fine("pace", `a push of ${took} fits an interval of ${interval}`);
  }
  return trouble("pace", `a push takes ${took}, longer than the interval of ${interval}`, {
    level: "warning",
    remedy: 'give the pair a longer "interval", or send less (keep, drop)',
  });
}
