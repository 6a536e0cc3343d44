// What answers on the well-known ports of exporters.

import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { discover } from "../../sender/discover.ts";
import { FakeGet, rawResponse } from "../fakes/get.ts";

const NODE = { name: "node", port: 9100, mark: "node_" };
const REDIS = { name: "redis", port: 9121, mark: "redis_" };
const TEXT = new TextEncoder().encode("# HELP node_x y\nnode_x 1\nup 1");

function refused(): never {
  throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
}

function find(fake: FakeGet) {
  return discover({ get: fake.get, userAgent: "test", exporters: [NODE, REDIS] });
}

Deno.test("discover() asks loopback alone, and finds nothing where nothing answers", async () => {
  const fake = new FakeGet(refused);
  assertEquals(await find(fake), []);
  assertEquals(fake.asked.map(({ url }) => url).sort(), [
    "http://127.0.0.1:9100/metrics",
    "http://127.0.0.1:9121/metrics",
    "http://[::1]:9100/metrics",
    "http://[::1]:9121/metrics",
  ]);
});

Deno.test("discover() counts the series of what is the exporter, packed or not", async () => {
  const packed = { contentEncoding: "gzip", body: new Uint8Array(gzipSync(TEXT)) };
  for (const answer of [{ body: TEXT }, packed]) {
    const fake = new FakeGet((url) => url.host === "[::1]:9100" ? rawResponse(answer) : refused());
    assertEquals(await find(fake), [{
      exporter: NODE,
      source: "http://[::1]:9100/metrics",
      exposition: { series: 2, bodyBytes: answer.body.byteLength },
    }]);
  }
});

Deno.test("discover() names what is something else", async () => {
  const others = [
    { status: 404 },
    { body: new TextEncoder().encode("<html>node_") },
    { body: new Uint8Array([0xff, 0xfe]) },
    { contentEncoding: "gzip", body: TEXT },
  ];
  for (const answer of others) {
    const fake = new FakeGet((url) => url.port === "9121" ? rawResponse(answer) : refused());
    assertEquals(await find(fake), [{
      exporter: REDIS,
      source: "http://127.0.0.1:9121/metrics",
      exposition: undefined,
    }]);
  }
});
