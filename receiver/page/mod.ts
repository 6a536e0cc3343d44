// `GET /` and what it loads. Nothing of this is in memory before somebody opens the page.

import { requestQuery } from "../path.ts";
import { textResponse } from "../refusal.ts";
import { targetJson } from "../target_json.ts";
import { sortStatuses, type TargetsDependencies } from "../targets_api.ts";
import { pageHtml } from "./html.ts";
import { PAGE_ROWS } from "./target_list.ts";
import icon from "./icon.svg" with { type: "text" };
import css from "./status.css" with { type: "text" };
import script from "./status.js" with { type: "text" };
import view from "./view.js" with { type: "text" };
import { choose, DEFAULT_SORT } from "./view.js";

/** What the page works with. */
export interface PageDependencies extends TargetsDependencies {
  /** `HOST:PORT` where Prometheus finds the scrape listener; else what the request names. */
  readonly advertise: string | undefined;
  /** Address of the push listener. */
  readonly pushAddress: () => string;
}

const FILES: Readonly<Record<string, readonly [text: string, type: string]>> = {
  "/page/icon.svg": [icon, "image/svg+xml"],
  "/page/status.css": [css, "text/css; charset=utf-8"],
  "/page/status.js": [script, "text/javascript; charset=utf-8"],
  "/page/view.js": [view, "text/javascript; charset=utf-8"],
};

/** An address that no client can use. */
const EVERYWHERE = /^(?:\[::\]|0\.0\.0\.0)(?=:\d+$)/;

const HEADERS = {
  // Senders choose much of what is shown: should anything ever slip through, it does nothing.
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Answers for the page or one of its files; `path` is that of the request. */
export function answerPage(
  request: Request,
  path: string,
  dependencies: PageDependencies,
): Response {
  const file = FILES[path];
  if (file !== undefined) return new Response(file[0], { headers: headers(file[1]) });
  if (path !== "/") return textResponse(404, "no such path");
  return new Response(page(request, dependencies), {
    headers: headers("text/html; charset=utf-8"),
  });
}

function page(request: Request, dependencies: PageDependencies): string {
  const { statuses, receiver, clock, advertise, pushAddress } = dependencies;
  const query = requestQuery(request);
  const choice = {
    state: query.get("state") ?? "",
    q: query.get("q") ?? "",
    sort: query.get("sort") ?? DEFAULT_SORT,
  };
  const epochMs = clock();
  const statusOf = new Map(
    sortStatuses(statuses()).map((status) =>
      [targetJson(status, { epochMs, history: false }), status] as const
    ),
  );
  const chosen = choose([...statusOf.keys()], choice);
  const from = Math.min(Math.max(0, Math.floor(Number(query.get("from")) || 0)), chosen.length);
  const host = request.headers.get("host") ?? "127.0.0.1:9090";
  return pageHtml({
    receiver: receiver(),
    choice,
    total: chosen.length,
    from,
    rows: chosen.slice(from, from + PAGE_ROWS)
      .map((target) => targetJson(statusOf.get(target)!, { epochMs, history: true })),
    address: advertise ?? host,
    pushAddress: pushAddress().replace(EVERYWHERE, host.replace(/:\d+$/, "")),
  });
}

function headers(type: string): Record<string, string> {
  return { ...HEADERS, "Content-Type": type };
}
