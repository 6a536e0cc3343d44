import { assertEquals, assertMatch } from "@std/assert";
import { exampleConfig } from "../../sender/example_config.ts";
import { configOf } from "./config_file.ts";

const SHAPE = `{
    "bearer_token": "TOKEN",
    "pairs": [
        {
            "source": "http://192.168.1.100:9090/metrics",
            "destination": "http://promremotereceiver.example.com/metrics/fooproject/192.168.1.100"
        }
    ]
}`;

function tokenOf(example: string): string {
  return JSON.parse(example).bearer_token;
}

Deno.test("exampleConfig() prints the shape of the first prompipe, four spaces deep", () => {
  const example = exampleConfig();
  assertEquals(example.replace(tokenOf(example), "TOKEN"), SHAPE);
});

Deno.test("exampleConfig() makes a token of 128 bits in base64url, fresh each time", () => {
  const tokens = Array.from({ length: 100 }, () => tokenOf(exampleConfig()));
  for (const token of tokens) {
    assertMatch(token, /^[A-Za-z0-9_-]{22}$/);
    assertEquals(Uint8Array.fromBase64(token, { alphabet: "base64url" }).length, 16);
  }
  assertEquals(new Set(tokens).size, tokens.length);
});

Deno.test("exampleConfig() is a config that loadConfig() takes", async () => {
  await configOf(exampleConfig());
});
