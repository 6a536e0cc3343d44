import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseTargetPath, type Target, targetKey, targetPath } from "../../protocol/mod.ts";

const TARGETS: readonly (readonly [path: string, job: string, instance: string])[] = [
  ["/metrics/a/b", "a", "b"],
  ["/metrics/a/b:c", "a", "b:c"],
  ["/metrics/a:b/c", "a:b", "c"],
  ["/metrics/a%2Fb/c", "a/b", "c"],
  ["/metrics/a%2fb/c%2F..%2Fd", "a/b", "c/../d"],
  ["/metrics/.../..a", "...", "..a"],
  ["/metrics/-/.a", "-", ".a"],
  ["/metrics/a%252e/b+c", "a%2e", "b+c"],
  ["/metrics/%20/a%3Fb%23c", " ", "a?b#c"],
  ["/metrics/caf%C3%A9/café", "café", "café"],
  ["/metrics/a\\b/%5C", "a\\b", "\\"],
  ["/metrics/__proto__/constructor", "__proto__", "constructor"],
  ["/metrics/metrics/metrics", "metrics", "metrics"],
  ["/metrics/%EF%BB%BFa/%E2%80%A8", "\ufeffa", "\u2028"],
  [`/metrics/${"x".repeat(200)}/y`, "x".repeat(200), "y"],
  [`/metrics/x/${"%C3%A9".repeat(100)}`, "x", "é".repeat(100)],
];

Deno.test("parseTargetPath() decodes each segment by itself", () => {
  for (const [path, job, instance] of TARGETS) {
    assertEquals(parseTargetPath(path), { kind: "target", target: { job, instance } }, path);
  }
});

Deno.test("parseTargetPath() refuses names that may not be, and says which", () => {
  for (
    const [path, reason] of [
      ["/metrics//b", "job is empty"],
      ["/metrics/a/", "instance is empty"],
      ["/metrics/./b", 'job is "."'],
      ["/metrics/a/..", 'instance is ".."'],
      ["/metrics/%2e%2E/b", 'job is ".."'],
      ["/metrics/a/.%2e", 'instance is ".."'],
      ["/metrics/a%00/b", "job holds a control character"],
      ["/metrics/a/%0A", "instance holds a control character"],
      ["/metrics/a/%7F", "instance holds a control character"],
      ["/metrics/a/%C2%85", "instance holds a control character"],
      ["/metrics/%/b", "job is not percent-encoded UTF-8"],
      ["/metrics/%zz/b", "job is not percent-encoded UTF-8"],
      ["/metrics/a/%FF", "instance is not percent-encoded UTF-8"],
      ["/metrics/a/%C0%AE", "instance is not percent-encoded UTF-8"],
      ["/metrics/a/%ED%A0%80", "instance is not percent-encoded UTF-8"],
      [`/metrics/${"x".repeat(201)}/b`, "job is longer than 200 bytes"],
      [`/metrics/a/${"é".repeat(101)}`, "instance is longer than 200 bytes"],
      [`/metrics/a/${"%41".repeat(201)}`, "instance is longer than 200 bytes"],
      [`/metrics/a/${"x".repeat(65_536)}`, "instance is longer than 200 bytes"],
    ] as const
  ) assertEquals(parseTargetPath(path), { kind: "invalid", reason }, path);
});

Deno.test("parseTargetPath() takes no other path for a target", () => {
  for (
    const path of [
      "",
      "/",
      "/metrics",
      "/metrics/",
      "/metrics/a",
      "/metrics/a/b/",
      "/metrics/a/b/c",
      "/metrics/a/b/../c",
      "//metrics/a/b",
      "metrics/a/b",
      "/Metrics/a/b",
      "/%6Detrics/a/b",
      "/metrics%2Fa%2Fb",
      "/./metrics/a/b",
      "/metrics" + "/".repeat(65_536),
    ]
  ) assertEquals(parseTargetPath(path), { kind: "other" }, path);
});

const name = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."ab:/.%2\\?# é😀\n") }),
).filter((text) =>
  text.isWellFormed() && text !== "" && text !== "." && text !== ".." && !/\p{Cc}/u.test(text) &&
  new TextEncoder().encode(text).length <= 200
);
const target: fc.Arbitrary<Target> = fc.record({ job: name, instance: name });

Deno.test("parseTargetPath() reads what targetPath() writes", () => {
  fc.assert(fc.property(target, (target) => {
    assertEquals(parseTargetPath(targetPath(target)), { kind: "target", target: { ...target } });
  }));
});

Deno.test("parseTargetPath() gives each target one canonical path, however it was written", () => {
  const path = fc.array(fc.constantFrom("a", ".", "%2E", "%2F", "%2f", "%61", "%C3%A9", "é", ":"), {
    minLength: 1,
  }).map((parts) => `/metrics/x/${parts.join("")}`);
  fc.assert(fc.property(path, (path) => {
    const read = parseTargetPath(path);
    if (read.kind === "target") assertEquals(parseTargetPath(targetPath(read.target)), read);
  }));
});

Deno.test("targetKey() is another for every other target", () => {
  // Few letters and short names, so that a naive separator would collide at once.
  const short = fc.string({ unit: fc.constantFrom(..."a:/%.|"), minLength: 1, maxLength: 3 });
  const pair = fc.record({ job: short, instance: short });
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const same = a.job === b.job && a.instance === b.instance;
      assertEquals(targetKey(a) === targetKey(b), same);
      assertEquals(targetPath(a) === targetPath(b), same);
    }),
    { numRuns: 2_000 },
  );
});
