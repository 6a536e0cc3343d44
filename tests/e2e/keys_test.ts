// Names of targets, as wild as a path can be, on the wire to a real receiver.

import { assert, assertEquals } from "@std/assert";
import { Receiver } from "./prompipe.ts";
import { bytes, exchange, head } from "./raw_http.ts";

/** Names that are allowed: each is a target of its own. */
const ACCEPTED = [
  "/metrics/a/b",
  "/metrics/a/b:c",
  "/metrics/a:b/c",
  "/metrics/a/b%2Fc",
  "/metrics/a%2Fb/c",
  "/metrics/a%2F..%2Fb/c",
  "/metrics/a/..%2Fb",
  "/metrics/a/...",
  "/metrics/a/b%3Fc",
  "/metrics/a/b%23c",
  "/metrics/a/b%25",
  "/metrics/a/b%2525",
  "/metrics/a/b+c",
  "/metrics/a/b%20c",
  "/metrics/a/B",
  "/metrics/metrics/a",
  "/metrics/__proto__/__proto__",
  "/metrics/__proto__/constructor",
  "/metrics/constructor/__proto__",
  "/metrics/toString/valueOf",
  "/metrics/caf%C3%A9/x",
  "/metrics/cafe%CC%81/x",
  `/metrics/${"x".repeat(200)}/${"y".repeat(200)}`,
  `/metrics/${"%C3%A9".repeat(100)}/y`,
];

/** Names that are not, and what must not be taken for a target. */
const REFUSED = [
  "/metrics/./x",
  "/metrics/../x",
  "/metrics/a/.",
  "/metrics/a/..",
  "/metrics/%2e/x",
  "/metrics/%2e%2e/x",
  "/metrics/a/%2e",
  "/metrics/a/%2E%2e",
  "/metrics/a/.%2e",
  "/metrics/x/../a/b",
  "/x/../metrics/a/b",
  "/metrics/x/%2e%2e/a/b",
  "/metrics/./a/b",
  "//metrics/a/b",
  "/metrics//b",
  "/metrics/a/",
  "/metrics/a",
  "/metrics/",
  "/metrics/a/b/",
  "/metrics/a/b/c",
  "/metrics/a//b",
  "/metrics\\a\\b",
  "/metrics/a\\b",
  "/Metrics/a/b",
  "/metrics/a/%00",
  "/metrics/a%00/b",
  "/metrics/a/%0A",
  "/metrics/a/b%0d%0aX:y",
  "/metrics/a/%7f",
  "/metrics/a/%C2%80",
  "/metrics/a/%FF",
  "/metrics/a/%C0%AF",
  "/metrics/a/%ED%A0%80",
  "/metrics/a/%",
  "/metrics/a/%2",
  "/metrics/a/%zz",
  `/metrics/${"x".repeat(201)}/y`,
  `/metrics/a/${"x".repeat(201)}`,
  `/metrics/${"%C3%A9".repeat(100)}x/y`,
  `/metrics/a/${"x".repeat(64 * 1024)}`,
  `/metrics/a/${"%2F".repeat(20 * 1024)}`,
];

async function put(receiver: Receiver, path: string, body: string, host?: string) {
  const request = head("PUT", path, {
    Authorization: `Bearer ${receiver.token}`,
    "Content-Length": String(body.length),
    ...(host === undefined ? {} : { Host: host }),
  });
  return await exchange(receiver.pushPort, bytes(request, body));
}

async function get(receiver: Receiver, path: string) {
  const answer = await exchange(receiver.scrapePort, bytes(head("GET", path)));
  return { status: answer?.status, text: new TextDecoder().decode(answer?.body) };
}

Deno.test("no two names share a snapshot, and none that is refused leaves a trace", async () => {
  await using receiver = await Receiver.start();
  const bodyOf = (path: string) => `snapshot ${ACCEPTED.indexOf(path)}\n`;
  for (const path of ACCEPTED) {
    assertEquals((await put(receiver, path, bodyOf(path)))?.status, 204, path);
  }
  for (const path of REFUSED) {
    const shown = path.slice(0, 100);
    const status = (await put(receiver, path, "intruder 1\n"))?.status;
    assert(status === 400 || status === 404, `PUT ${shown} was answered ${status}`);
    const read = await get(receiver, path);
    assert(read.status === 400 || read.status === 404, `GET ${shown} was answered ${read.status}`);
  }
  for (const path of ACCEPTED) {
    assertEquals(await get(receiver, path), { status: 200, text: bodyOf(path) }, path);
  }
});

Deno.test("two spellings of one name are one target", async () => {
  await using receiver = await Receiver.start();
  const spellings = ["/metrics/a/b%2Fc", "/metrics/%61/b%2fc", "/metrics/a/%62%2F%63"];
  for (const written of spellings) {
    assertEquals((await put(receiver, written, `${written}\n`))?.status, 204);
    for (const read of spellings) {
      assertEquals(await get(receiver, read), { status: 200, text: `${written}\n` });
    }
  }
});

Deno.test("a Host header can't smuggle a path in", async () => {
  await using receiver = await Receiver.start();
  for (const host of ["x/metrics/a/b", "x/metrics/a/b?", "x/metrics/a/b#", "x/metrics/a"]) {
    for (const path of ["/", "/b", "/x", "/metrics/c/d"]) {
      const status = (await put(receiver, path, "intruder 1\n", host))?.status;
      assert(status === 400 || status === 404, `PUT ${path} to ${host} was answered ${status}`);
    }
  }
  for (const path of ["/metrics/a/b", "/metrics/c/d"]) {
    assertEquals((await get(receiver, path)).status, 404, path);
  }
});
