import { assertEquals } from "@std/assert";
import { metricsHandler } from "../../sender/metrics_handler.ts";

const TYPE = "text/plain; version=0.0.4; charset=utf-8";

Deno.test("metricsHandler() answers by path and method", async () => {
  const handler = metricsHandler({
    contentType: TYPE,
    metrics: () => Promise.resolve("up 1\n"),
  });
  const table: [string, string, number, string, string | null][] = [
    ["GET", "/metrics", 200, "up 1\n", null],
    ["GET", "/metrics?name=x", 200, "up 1\n", null],
    ["HEAD", "/metrics", 200, "up 1\n", null], // the runtime sends no body with it
    ["GET", "/healthz", 200, "ok\n", null],
    ["POST", "/metrics", 405, "use GET\n", "GET, HEAD"],
    ["DELETE", "/healthz", 405, "use GET\n", "GET, HEAD"],
    ["GET", "/", 404, "no such path: use /metrics\n", null],
    ["PUT", "/metrics/node/rpi", 404, "no such path: use /metrics\n", null],
  ];
  for (const [method, path, status, body, allow] of table) {
    const response = await handler(new Request(`http://sender${path}`, { method }));
    assertEquals(
      [response.status, await response.text(), response.headers.get("Allow")],
      [status, body, allow],
      `${method} ${path}`,
    );
  }
});

Deno.test("metricsHandler() gives the registry's own content type", async () => {
  const handler = metricsHandler({ contentType: TYPE, metrics: () => Promise.resolve("") });
  const response = await handler(new Request("http://sender/metrics"));
  assertEquals(response.headers.get("Content-Type"), TYPE);
});
