// Pairs that were discovered, written into a config.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { extendConfig } from "../../sender/discovered_config.ts";

const NODE = { source: "http://127.0.0.1:9100/metrics", job: "node", instance: "attic/1" };
const REDIS = { source: "http://127.0.0.1:9121/metrics", job: "redis", instance: "attic/1" };

function extended(text: string | undefined, receiver?: string, pairs = [NODE, REDIS]) {
  const result = extendConfig(text, pairs, receiver);
  assert(result.ok);
  return { ...result, json: JSON.parse(result.text) };
}

Deno.test("extendConfig() makes a config with a fresh token where there is none", () => {
  const { json, text } = extended(undefined, "https://push.example/in/");
  assertMatch(json.bearer_token, /^[\w-]{22}$/);
  assertNotEquals(json.bearer_token, extended(undefined).json.bearer_token);
  assertEquals(json.pairs, [
    {
      source: NODE.source,
      destination: "https://push.example/in/metrics/node/attic%2F1",
    },
    {
      source: REDIS.source,
      destination: "https://push.example/in/metrics/redis/attic%2F1",
    },
  ]);
  assertMatch(text, /\n$/);
});

Deno.test("extendConfig() goes on in the way of the first pair, and leaves the rest as it stands", () => {
  const before = `{
  "bearer_token": "\${TOKEN}",
  "pairs": [
    {
      "source": "http://10.0.0.1/metrics",
      "destination": ["https://a.example/p/metrics/x/y", "https://b.example/metrics/x/y"]
    }
  ],
  "interval": "5s"
}`;
  const { json, text } = extended(before);
  assertEquals(json.pairs[1], {
    source: NODE.source,
    destination: "https://a.example/p/metrics/node/attic%2F1",
  });
  assertEquals(json.pairs.length, 3);
  assertEquals({ ...json, pairs: json.pairs.slice(0, 1) }, JSON.parse(before));
  assert(text.startsWith(before.slice(0, before.indexOf("pairs"))));
});

Deno.test("extendConfig() adds no source twice, under whichever name of this machine, and no target twice", () => {
  const first = extended(undefined).text;
  assertEquals(extended(first), { ...extended(first), added: [], text: first });
  for (const host of ["localhost", "[::1]"]) {
    const renamed = first.replaceAll("127.0.0.1", host);
    assertEquals(extended(renamed).added, [], host);
  }
  const elsewhere = first.replace("127.0.0.1:9100", "10.0.0.1:9100");
  assertEquals(extended(elsewhere).added, []);
});

Deno.test("extendConfig() takes a config without pairs", () => {
  assertEquals(extended('{"bearer_token": "x"}').json.pairs.length, 2);
  assertEquals(extended('{"pairs": []}').json.pairs.length, 2);
});

Deno.test("extendConfig() keeps tabs and CRLF", () => {
  const { text } = extended('{\r\n\t"pairs": [\r\n\t]\r\n}\r\n');
  assertMatch(text, /\r\n\t\t\{\r\n\t\t\t"source"/);
});

Deno.test("extendConfig() says what is wrong with a config, and shows none of it", () => {
  const faults = [
    ["{", "is not JSON: close brace expected at line 1, column 2"],
    ["[]", 'is not {"pairs": […]}'],
    ['{"pairs": 3}', '"pairs" is not a list'],
  ];
  for (const [text, fault] of faults) {
    const result = extendConfig(text, [NODE], undefined);
    assertEquals(result.ok ? "" : result.fault, fault);
  }
});

Deno.test("extendConfig() changes nothing of a config but its pairs, however it is written", () => {
  const indent = fc.constantFrom(undefined, " ", "\t", "    ");
  const pairs = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }));
  fc.assert(
    fc.property(fc.jsonValue(), pairs, indent, fc.boolean(), (other, pairs, indent, crlf) => {
      const lines = JSON.stringify({ other, pairs, last: 1 }, null, indent);
      const before = JSON.parse(lines);
      const { json } = extended(crlf ? lines.replaceAll("\n", "\r\n") : lines, undefined, [NODE]);
      const added = json.pairs.pop();
      assertEquals([added.source, JSON.stringify(json)], [NODE.source, JSON.stringify(before)]);
    }),
  );
});
