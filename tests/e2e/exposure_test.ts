// Nothing to read on the public listener, nothing to write on the private one.

import { assert, assertEquals } from "@std/assert";
import { newToken, Receiver } from "./prompipe.ts";
import { bytes, exchange, head, type RawAnswer } from "./raw_http.ts";

const PATH = "/metrics/fooservice/rpi";
const SECRET_BODY = "temperature 21\n";
const METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
const PATHS = [
  "/",
  PATH,
  "/metrics",
  "/metrics/",
  "/metrics/other/target",
  "/metrics/%ff/x",
  "/sd",
  "/api/v1/targets",
  "/readyz",
  "/stream",
  "/favicon.ico",
  "/healthz/",
  "/healthz/..%2fmetrics",
  "/../metrics",
];

async function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; answer: RawAnswer }> {
  const body = method === "GET" || method === "HEAD" ? "" : "intruder 1\n";
  const request = head(method, path, { "Content-Length": String(body.length), ...headers });
  const answer = await exchange(port, bytes(request, body));
  assert(answer !== undefined, `${method} ${path} was not answered`);
  return { status: answer.status, text: new TextDecoder().decode(answer.body), answer };
}

async function startWithSnapshot(): Promise<Receiver> {
  const receiver = await Receiver.start({ args: ["--log-level", "debug"] });
  assertEquals(await receiver.push(PATH, SECRET_BODY), 204);
  return receiver;
}

Deno.test("without a good token the push listener says 401 to everything but /healthz", async () => {
  await using receiver = await startWithSnapshot();
  const health = await ask(receiver.pushPort, "GET", "/healthz");
  assertEquals({ status: health.status, text: health.text.trim() }, { status: 200, text: "ok" });

  const credentials: Record<string, string>[] = [
    {},
    { Authorization: `Bearer ${newToken()}` },
    { Authorization: `Bearer ${receiver.token}x` },
    { Authorization: `Bearer ${receiver.token.slice(0, -1)}` },
    { Authorization: "Bearer" },
    { Authorization: "Bearer " },
    { Authorization: `Basic ${btoa(`x:${receiver.token}`)}` },
    { Authorization: receiver.token },
  ];
  for (const headers of credentials) {
    // An address with too many wrong tokens gets 429 for the next ones.
    const allowed = "Authorization" in headers ? [401, 429] : [401];
    for (const method of METHODS) {
      for (const path of PATHS) {
        const { status, text, answer } = await ask(receiver.pushPort, method, path, headers);
        const shown = `${method} ${path} with ${headers.Authorization?.slice(0, 6)}`;
        assert(allowed.includes(status), `${shown} was answered ${status}`);
        if (status === 401) assertEquals(answer.headers.get("www-authenticate"), "Bearer", shown);
        assert(!text.includes("temperature"), `${shown} was answered ${text}`);
      }
    }
  }
  // A good token still passes from here, and nothing was written.
  const good = { Authorization: `Bearer ${receiver.token}` };
  assertEquals((await ask(receiver.pushPort, "PUT", "/metrics/c/d", good)).status, 204);
  assertEquals(await receiver.scrape(PATH), { status: 200, text: SECRET_BODY });
  assertEquals((await receiver.scrape("/metrics/other/target")).status, 404);
});

Deno.test("a good token reads nothing on the push listener", async () => {
  await using receiver = await startWithSnapshot();
  const good = { Authorization: `Bearer ${receiver.token}` };
  for (const path of PATHS) {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const { status, text } = await ask(receiver.pushPort, method, path, good);
      assert(status >= 400, `${method} ${path} was answered ${status}`);
      assert(!text.includes("temperature"), `${method} ${path} was answered ${text}`);
    }
  }
});

Deno.test("nothing can be written on the scrape listener", async () => {
  await using receiver = await startWithSnapshot();
  const good: Record<string, string> = { Authorization: `Bearer ${receiver.token}` };
  for (const headers of [{}, good]) {
    for (const method of METHODS.filter((method) => method !== "GET" && method !== "HEAD")) {
      for (const path of [...PATHS, "/healthz"]) {
        const { status } = await ask(receiver.scrapePort, method, path, headers);
        assert([400, 404, 405].includes(status), `${method} ${path} was answered ${status}`);
      }
    }
  }
  assertEquals(await receiver.scrape(PATH), { status: 200, text: SECRET_BODY });
  assertEquals((await receiver.scrape("/metrics/other/target")).status, 404);
});
