// The listener for the sender's own metrics: two paths, to read only.

/** Answers `GET /metrics` and `GET /healthz`. */
export function metricsHandler(
  registry: { readonly contentType: string; metrics(): Promise<string> },
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/metrics" && pathname !== "/healthz") {
      return new Response("no such path: use /metrics\n", { status: 404 });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("use GET\n", { status: 405, headers: { Allow: "GET, HEAD" } });
    }
    if (pathname === "/healthz") return new Response("ok\n");
    const headers = { "Content-Type": registry.contentType };
    return new Response(await registry.metrics(), { headers });
  };
}
