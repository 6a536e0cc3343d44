import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { knownKeys } from "../../sender/config_schema.ts";
import { faultsOf, fileWith, load, pairWith } from "./config_file.ts";

const TOKEN = '"bearer_token" must be the receiver\'s token: ' +
  "visible ASCII characters without spaces";
const PAIRS = '"pairs" must be a list with at least one {"source": …, "destination": …}';
const INTERVAL = '"interval" must be a duration from 100ms to 1d, such as "4s" or "1m30s"';
const TIMEOUT = '"timeout" must be a duration from 100ms to 1d, such as "10s"';
const MAX_BODY = '"max_body" must be a size, such as "512KiB" or "50MiB"';
const SOURCE = '"pairs[0].source" must be an http:// or https:// URL without user and password, ' +
  'such as "http://127.0.0.1:9100/metrics", or a socket, such as "unix:///run/x.sock:/metrics"';
const KNOWN = knownKeys(undefined).join(", ");

Deno.test("loadConfig() says of a fault what would be right and what there is", async () => {
  const table: [unknown, string][] = [
    ["null", 'must hold {"bearer_token": …, "pairs": […]}'],
    ["[]", 'must hold {"bearer_token": …, "pairs": […]}'],
    ['"text"', 'must hold {"bearer_token": …, "pairs": […]}'],
    [fileWith({ bearer_token: undefined }), `${TOKEN}; it is missing`],
    [fileWith({ bearer_token: null }), `${TOKEN}; its value is not shown`],
    [fileWith({ bearer_token: "" }), `${TOKEN}; its value is not shown`],
    [fileWith({ pairs: undefined }), `${PAIRS}; it is missing`],
    [fileWith({ pairs: [] }), `${PAIRS}; it is empty`],
    [fileWith({ pairs: {} }), `${PAIRS}; it is an object`],
    [fileWith({ interval: "4" }), `${INTERVAL}; it is "4"`],
    [fileWith({ interval: "25h" }), `${INTERVAL}; it is "25h"`],
    [fileWith({ interval: "1d1ms" }), `${INTERVAL}; it is "1d1ms"`],
    [fileWith({ timeout: "0" }), `${TIMEOUT}; it is "0"`],
    [fileWith({ timeout: true }), `${TIMEOUT}; it is true`],
    [fileWith({ timeout: ["1s"] }), `${TIMEOUT}; it is a list`],
    [fileWith({ max_body: "0B" }), `${MAX_BODY}; it is "0B"`],
    [fileWith({ max_body: "1MB" }), `${MAX_BODY}; it is "1MB"`],
    [fileWith({ pairs: [pairWith({ source: "ftp://x/" })] }), `${SOURCE}; it is "ftp://x/"`],
    [fileWith({ pairs: [pairWith({ source: "http://" })] }), `${SOURCE}; it is "http://"`],
    [
      fileWith({ pairs: [pairWith({ source: `http:${"a".repeat(200)}` })] }),
      `${SOURCE}; it is "http:${"a".repeat(95)}"`,
    ],
  ];
  for (const [file, fault] of table) assertEquals(await faultsOf(file), [fault]);
});

Deno.test("loadConfig() names an unknown key and the nearest known one", async () => {
  const table: [Record<string, unknown>, string][] = [
    [fileWith({ bearer_tokn: 1 }), '"bearer_tokn" is unknown; did you mean "bearer_token"?'],
    [fileWith({ timout: 1 }), '"timout" is unknown; did you mean "timeout"?'],
    [fileWith({ zzzzzzzz: 1 }), `"zzzzzzzz" is unknown; known are ${KNOWN}`],
    [fileWith({ toString: 1 }), `"toString" is unknown; known are ${KNOWN}`],
    [
      fileWith({ pairs: [pairWith({ dest: 1 })] }),
      '"pairs[0].dest" is unknown; did you mean "destination"?',
    ],
  ];
  for (const [file, fault] of table) assertEquals(await faultsOf(file), [fault]);
});

Deno.test("loadConfig() names every unknown key of every object", async () => {
  const pairs = [pairWith({ dest: 1, timout: 1 })];
  assertEquals((await faultsOf(fileWith({ bearer_tokn: 1, timout: 1, pairs }))).toSorted(), [
    '"bearer_tokn" is unknown; did you mean "bearer_token"?',
    '"pairs[0].dest" is unknown; did you mean "destination"?',
    '"pairs[0].timout" is unknown; did you mean "timeout"?',
    '"timout" is unknown; did you mean "timeout"?',
  ]);
});

Deno.test("loadConfig() refuses keys that every object has", async () => {
  for (const key of ["__proto__", "constructor", "hasOwnProperty"]) {
    const text = JSON.stringify(fileWith({ KEY: {} })).replace('"KEY"', `"${key}"`);
    assertEquals(await faultsOf(text), [`"${key}" is unknown; known are ${KNOWN}`]);
  }
});

Deno.test("loadConfig() answers any JSON with a complete config or with faults", async () => {
  await fc.assert(fc.asyncProperty(fc.json(), async (text) => {
    const parsed = await load(text);
    assert(!parsed.ok);
    assert(parsed.faults.length > 0);
  }));
});

Deno.test("loadConfig() answers any text with faults", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
    assert(!(await load(text)).ok);
  }));
});

Deno.test("loadConfig() says every fault on one line, whatever keys and values hold", async () => {
  const unit = fc.constantFrom("a", "\n", "\r", "\u001b", "\u0085", "\u009b", "\u2028", "\u2029");
  await fc.assert(fc.asyncProperty(fc.string({ unit }), fc.string({ unit }), async (value, key) => {
    const pairs = [pairWith({ source: value })];
    for (
      const fault of await faultsOf(fileWith({ [`${key}?`]: 1, interval: `${value}!`, pairs }))
    ) {
      assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(fault), JSON.stringify(fault));
    }
  }));
});
