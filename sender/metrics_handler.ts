// The listener for the sender's own metrics: two paths, to read only.

/** Answers `GET /metrics` and `GET /healthz`. */
export function metricsHandler(
  metrics: { response(): Promise<Response> },
): (request: Request) => Response | Promise<Response> {
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/metrics" && pathname !== "/healthz") {
      return new Response("no such path: use /metrics\n", { status: 404 });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("use GET\n", { status: 405, headers: { Allow: "GET, HEAD" } });
    }
    return pathname === "/metrics" ? metrics.response() : new Response("ok\n");
  };
}
