import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseReceiverFile, type ReceiverFile } from "../../receiver/config.ts";
import { randomSecret } from "../fakes/random_secret.ts";

const A = "0123456789abcdef".repeat(4);
const B = "f".repeat(64);
const RIGHT_DIGEST = "must be the SHA-256 of a token in 64 hex digits " +
  "(prompipe receiver token NAME makes both)";
const RIGHT_NAME = 'must be up to 64 letters, digits, ".", "_" and "-", ' +
  "a letter or digit first, not BEARER_TOKEN";

const KINDS = {
  max_body: { right: "a size", parse: (text: string) => text === "1MiB" ? 2 ** 20 : undefined },
  max_targets: { right: "a count", parse: (text: string) => Number(text) || undefined },
};

function parse(file: unknown) {
  return parseReceiverFile(typeof file === "string" ? file : JSON.stringify(file), KINDS);
}

function read(file: unknown): ReceiverFile {
  const parsed = parse(file);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.file;
}

function faultsOf(file: unknown): readonly string[] {
  const parsed = parse(file);
  return parsed.ok ? [] : parsed.faults.toSorted();
}

Deno.test("parseReceiverFile() reads tokens with all that may be said of them", () => {
  const { tokens, options } = read({
    tokens: [
      {
        name: "greenhouse",
        sha256: A.toUpperCase(),
        targets: ["greenhouse/*", "*/rpi-*"],
        expires: "2027-01-01T00:00:00+01:00",
        max_targets: 100,
        max_body: "10MiB",
        pushes_per_minute: 6000,
      },
      { name: "2.all_of-it", sha256: B },
    ],
  });
  assertEquals(
    tokens.map(({ targets, ...rest }) => ({ ...rest, texts: targets?.map((it) => it.text) })),
    [
      {
        name: "greenhouse",
        sha256: A,
        texts: ["greenhouse/*", "*/rpi-*"],
        expiresMs: Date.UTC(2026, 11, 31, 23),
        limits: { maxTargets: 100, maxBodyBytes: 10 * 2 ** 20, pushesPerMinute: 6000 },
      },
      {
        name: "2.all_of-it",
        sha256: B,
        texts: undefined,
        expiresMs: undefined,
        limits: { maxTargets: Infinity, maxBodyBytes: Infinity, pushesPerMinute: Infinity },
      },
    ],
  );
  assertEquals(options, {});
});

Deno.test("parseReceiverFile() reads options as the command line does, a count as a number too", () => {
  assertEquals(read({ max_body: "1MiB", max_targets: 7 }), {
    tokens: [],
    options: { max_body: 2 ** 20, max_targets: 7 },
  });
  assertEquals(read({ max_targets: "7" }).options, { max_targets: 7 });
  assertEquals(read({}), { tokens: [], options: {} });
});

Deno.test("parseReceiverFile() tells every fault at once, each by its key path", () => {
  const faults = faultsOf({
    tokens: [
      { sha256: "abc", target: ["a/*"] },
      { name: "a b", sha256: A, targets: [], max_targets: 0, max_body: 10, pushes_per_minute: 1.5 },
      { name: "BEARER_TOKEN", sha256: B, targets: ["a", 7], expires: "2027-02-30T00:00:00Z" },
      { name: "x".repeat(65), sha256: null, targets: "a/*", expires: "2027-01-01" },
      "token",
    ],
    max_body: "10MB",
    max_targets: {},
    max_bdy: "1MiB",
    tkoens: [],
  });
  const pattern = 'must be a pattern such as "greenhouse/*" or "*/rpi-*", ' +
    "percent-encoded as in a path";
  const patterns = 'must be a list with at least one pattern such as "greenhouse/*" or "*/rpi-*"';
  const time = 'must be a time such as "2027-01-01T00:00:00Z"';
  assertEquals(
    faults,
    [
      `"tokens[0].name" ${RIGHT_NAME}; it is missing`,
      `"tokens[0].sha256" ${RIGHT_DIGEST}; its value is not shown`,
      '"tokens[0].target" is unknown; did you mean "targets"?',
      `"tokens[1].name" ${RIGHT_NAME}; it is "a b"`,
      `"tokens[1].targets" ${patterns}; it is empty`,
      '"tokens[1].max_targets" must be a whole number above 0; it is 0',
      '"tokens[1].max_body" must be a size above 0, such as "512KiB" or "10MiB"; it is 10',
      '"tokens[1].pushes_per_minute" must be a whole number above 0; it is 1.5',
      `"tokens[2].name" ${RIGHT_NAME}; it is "BEARER_TOKEN"`,
      `"tokens[2].targets[0]" ${pattern}; it is "a"`,
      `"tokens[2].targets[1]" ${pattern}; it is 7`,
      `"tokens[2].expires" ${time}; it is "2027-02-30T00:00:00Z"`,
      `"tokens[3].name" ${RIGHT_NAME}; it is "${"x".repeat(65)}"`,
      `"tokens[3].sha256" ${RIGHT_DIGEST}; its value is not shown`,
      `"tokens[3].targets" ${patterns}; it is "a/*"`,
      `"tokens[3].expires" ${time}; it is "2027-01-01"`,
      '"tokens[4]" must be {"name": …, "sha256": …}; it is "token"',
      '"max_body" must be a size; it is "10MB"',
      '"max_targets" must be a count; it is an object',
      '"max_bdy" is unknown; did you mean "max_body"?',
      '"tkoens" is unknown; did you mean "tokens"?',
    ].toSorted(),
  );
});

Deno.test("parseReceiverFile() refuses a name or a digest that stands there twice", () => {
  const tokens = [
    { name: "a", sha256: A },
    { name: "b", sha256: B },
    { name: "a", sha256: "1".repeat(64) },
    { name: "c", sha256: B.toUpperCase() },
  ];
  assertEquals(faultsOf({ tokens }), [
    '"tokens[2].name" must be another than that of tokens[0]',
    '"tokens[3].sha256" must be another than that of tokens[1]',
  ]);
});

Deno.test("parseReceiverFile() takes nothing but an object", () => {
  for (const file of ["[]", "null", "7", '"tokens"']) {
    assertEquals(faultsOf(file), ['must hold {"tokens": […]}'], file);
  }
  assertEquals(faultsOf('{"tokens": ['), [
    "is not JSON: close bracket expected at line 1, column 13",
  ]);
  assertEquals(faultsOf({ tokens: {} }), [
    '"tokens" must be a list of {"name": …, "sha256": …}; it is an object',
  ]);
});

Deno.test("parseReceiverFile() refuses keys that every object has", () => {
  for (const key of ["__proto__", "constructor", "toString"]) {
    for (
      const file of [`{"${key}": 1}`, `{"tokens": [{"name": "a", "sha256": "${A}", "${key}": 1}]}`]
    ) {
      const [fault = ""] = faultsOf(file);
      assert(fault.includes(`${key}" is unknown; known are`), `${file}: ${fault}`);
    }
  }
});

Deno.test("parseReceiverFile() shows no token that stands where its digest should", () => {
  const secret = randomSecret();
  const said = faultsOf({ tokens: [{ name: "a", sha256: secret, token: secret }], bearer: secret });
  assertEquals(said.length, 3);
  assert(!said.join().includes(secret));
});

Deno.test("parseReceiverFile() answers any JSON, in lines without control characters", () => {
  const key = fc.constantFrom(
    "tokens",
    "name",
    "sha256",
    "targets",
    "max_body",
    "\n\x1b[31m",
    "__proto__",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("a/*", A, "1MiB", "", "\n\u202e", 0, 7, null, true),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(key, tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(fc.property(value, (json) => {
    for (const fault of faultsOf(JSON.stringify(json))) {
      assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(fault), fault);
    }
  }));
});
