import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseTargetPath, type Target, targetPath } from "../../protocol/mod.ts";
import { parseDestination, parseSource } from "../../sender/config_values.ts";

Deno.test("parseDestination() reads the target that the URL's path names", () => {
  const table: [string, Target][] = [
    ["http://push/metrics/a/b", { job: "a", instance: "b" }],
    ["HTTPS://Push:8443/metrics/a/b", { job: "a", instance: "b" }],
    ["http://[::1]:9090/metrics/a/b", { job: "a", instance: "b" }],
    ["http://push/behind/an/ingress/metrics/a/b", { job: "a", instance: "b" }],
    ["http://push/metrics/metrics/metrics", { job: "metrics", instance: "metrics" }],
    ["http://push/metrics/x/metrics/a/b", { job: "a", instance: "b" }],
    ["http://push/metrics/a%2Fb/c%20d", { job: "a/b", instance: "c d" }],
    ["http://push/metrics/a:b/büro", { job: "a:b", instance: "büro" }],
    ["http://push/metrics/__proto__/...", { job: "__proto__", instance: "..." }],
  ];
  for (const [text, target] of table) {
    const destination = parseDestination(text);
    assertEquals(destination, { url: new URL(text), target }, text);
  }
});

Deno.test("parseDestination() refuses what is no push URL", () => {
  const texts = [
    "",
    "push/metrics/a/b",
    "//push/metrics/a/b",
    "ftp://push/metrics/a/b",
    "http://user:word@push/metrics/a/b",
    "http://push",
    "http://push/metrics",
    "http://push/metrics/a",
    "http://push/metrics/a/",
    "http://push/metrics//b",
    "http://push/metrics/a/b/",
    "http://push/metrics/a/b/c",
    "http://push/metrics/a/b?c=d",
    "http://push/metrics/a/b#c",
    "http://push/metrics/./b",
    "http://push/metrics/a/..",
    "http://push/metrics/%2e%2E/b",
    "http://push/metrics/a/.%2e",
    "http://push/metrics/a/%00",
    "http://push/metrics/a/%ff",
    "http://push/metrics/a/100%",
    `http://push/metrics/a/${"b".repeat(201)}`,
    "http://push:99999/metrics/a/b",
  ];
  for (const text of texts) assertEquals(parseDestination(text), undefined, text);
});

Deno.test("parseDestination() refuses a host that only looks like the path", () => {
  for (const text of ["http://metrics/a/b", "http:///metrics/a/b", "http://metrics/a/"]) {
    assertEquals(parseDestination(text), undefined, text);
  }
});

Deno.test("parseDestination() means the target that the request's path will name", () => {
  const odd = ["http://push/metrics/a/b?", "http://push/metrics/a/b#", "http://push/metrics/a/b "];
  const backslashes = ["http://push/metrics/a\\b/c", "http://push/metrics/a/b\\"];
  for (const text of [...odd, ...backslashes]) {
    const destination = parseDestination(text);
    if (destination === undefined) continue;
    assertEquals(
      parseTargetPath(destination.url.pathname),
      { kind: "target", target: destination.target },
      text,
    );
  }
});

Deno.test("parseDestination() takes the canonical path of every target", () => {
  // Well-formed text without control characters, as names have to be.
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((text) => text !== "." && text !== ".." && !/\p{Cc}/u.test(text));
  fc.assert(fc.property(name, name, (job, instance) => {
    const destination = parseDestination(`http://push${targetPath({ job, instance })}`);
    assert(destination !== undefined);
    assertEquals(destination.target, { job, instance });
    assertEquals(parseTargetPath(destination.url.pathname), {
      kind: "target",
      target: { job, instance },
    });
  }));
});

Deno.test("parseSource() reads URLs and unix sockets", () => {
  const table: [string, string, string | undefined][] = [
    ["http://exporter:9100/metrics?a=b", "http://exporter:9100/metrics?a=b", undefined],
    ["HTTPS://exporter/", "https://exporter/", undefined],
    ["unix:///run/x.sock:/metrics", "http://localhost/metrics", "/run/x.sock"],
    ["unix:///run/x.sock", "http://localhost/metrics", "/run/x.sock"],
    ["unix:///run/x.sock:/a?b=c", "http://localhost/a?b=c", "/run/x.sock"],
    ["unix:///run/a b:c.sock:/a:/b", "http://localhost/a:/b", "/run/a b:c.sock"],
  ];
  for (const [text, url, socketPath] of table) {
    assertEquals(parseSource(text), { url: new URL(url), socketPath }, text);
  }
  for (
    const text of [
      "",
      "unix://run/x.sock",
      "unix:/run/x",
      "unix://",
      "unix:///a\0b",
      "http://a:b@c/",
    ]
  ) {
    assertEquals(parseSource(text), undefined, text);
  }
});

Deno.test("parseSource() takes no text for a place that it doesn't name", () => {
  const unit = fc.constantFrom(..."/.:@#?[]%\\ \t\n\0aé1", "http://", "https://", "unix:///");
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const source = parseSource(text);
      if (source === undefined) return;
      const { url, socketPath = "/" } = source;
      assertEquals([url.username, url.password], ["", ""]);
      assert(/^https?:$/.test(url.protocol) && /^\/\P{Cc}*$/u.test(socketPath), text);
      assertEquals(source.socketPath !== undefined, /^unix:/i.test(text));
    }),
    { numRuns: 1_000 },
  );
});
