import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { requestPath, requestQuery } from "../../receiver/path.ts";
import { rawRequest } from "../fakes/raw_request.ts";

Deno.test("requestPath() returns the path as it was sent, without query and fragment", () => {
  for (
    const [sent, path] of [
      ["", ""],
      ["/", "/"],
      ["/metrics/a/../b", "/metrics/a/../b"],
      ["/metrics/a/%2e%2E/b", "/metrics/a/%2e%2E/b"],
      ["//metrics//a/b", "//metrics//a/b"],
      ["/metrics\\a\\b", "/metrics\\a\\b"],
      ["/a%3Fb%23c", "/a%3Fb%23c"],
      ["/a/b?c/../d", "/a/b"],
      ["/a/b#c", "/a/b"],
      ["?/a/b", ""],
      ["/http://x/y", "/http://x/y"],
    ] as const
  ) assertEquals(requestPath(rawRequest(sent)), path, sent);
});

Deno.test("requestPath() returns undefined where Host could have changed the path", () => {
  for (const host of ["h/metrics/a/b?", "h?", "h#", "u@h", "h\\x"]) {
    assertEquals(requestPath(rawRequest("/metrics/a/b", { headers: { host } })), undefined, host);
  }
  for (const host of ["h", "h:80", "[::1]:80", "192.0.2.1", ""]) {
    assertEquals(requestPath(rawRequest("/a", { headers: { host } })), "/a", host);
  }
});

Deno.test("requestPath() gives back any path, and requestQuery() every parameter", () => {
  const path = fc.string({ unit: fc.constantFrom(..."/.%2fF\\:;@é +&=[]") });
  const params = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 });
  fc.assert(fc.property(path, params, (path, params) => {
    const sent = `/${path}?${new URLSearchParams(params)}`;
    assertEquals(requestPath(rawRequest(sent)), `/${path}`);
    const wellFormed = params.map((pair) => pair.map((text) => text.toWellFormed()));
    assertEquals([...requestQuery(rawRequest(sent))], wellFormed as [string, string][]);
  }));
});
