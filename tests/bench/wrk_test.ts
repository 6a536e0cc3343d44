import { assert, assertEquals } from "@std/assert";
import { load } from "../../bench/wrk.ts";
import { testWithParts } from "../parts.ts";

const ONCE = { connections: 2, seconds: 1 };

function serve(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return Object.assign(server, { url: `http://127.0.0.1:${server.addr.port}/a` });
}

testWithParts("load() sends method, headers and body as they are", ["wrk"], async () => {
  const body = crypto.getRandomValues(new Uint8Array(20_000));
  const wrong: string[] = [];
  let requests = 0;
  await using server = serve(async (request) => {
    const got = await request.bytes();
    const { method, headers } = request;
    const isSame = method === "PUT" && headers.get("x-a") === 'b "c" \\ d' &&
      got.length === body.length && got.every((byte, at) => byte === body[at]);
    if (!isSame) wrong.push(`${method} ${headers.get("x-a")} ${got.length}`);
    requests++;
    return new Response(null, { status: 204 });
  });
  const headers = { "X-A": 'b "c" \\ d' };
  const report = await load({ method: "PUT", url: server.url, headers, body }, ONCE);
  assertEquals(wrong, []);
  assert(report.requests > 0 && report.requests <= requests && report.failures === 0);
  assert(report.p50 > 0 && report.p50 <= report.p99 && report.perSecond > 0);
});

testWithParts(
  "load() counts what was refused as failed, and not as answered",
  ["wrk"],
  async () => {
    await using server = serve(() => new Response("no", { status: 429 }));
    const report = await load({ method: "GET", url: server.url, headers: {} }, ONCE);
    assertEquals(report.requests, 0);
    assert(report.failures > 0);
  },
);
