import { assert, assertEquals, assertMatch } from "@std/assert";
import { isToken, newToken } from "../../protocol/mod.ts";

Deno.test("newToken() makes another token of 128 bits in base64url each time", () => {
  const tokens = Array.from({ length: 100 }, newToken);
  for (const token of tokens) {
    assertMatch(token, /^[\w-]{22}$/);
    assertEquals(Uint8Array.fromBase64(token, { alphabet: "base64url" }).length, 16);
    assert(isToken(token));
  }
  assertEquals(new Set(tokens).size, tokens.length);
});

Deno.test("isToken() takes visible ASCII alone", () => {
  const visible = Array.from({ length: 0x7e - 0x20 }, (_, at) => String.fromCharCode(0x21 + at));
  for (const text of [...visible, visible.join(""), "x"]) assert(isToken(text), text);
  for (const bad of [" ", "\n", "\t", "\0", "\x7f", "\u00a0", "é", "💧"]) {
    for (const text of [bad, `token${bad}`, `${bad}token`, `to${bad}ken`]) {
      assert(!isToken(text), JSON.stringify(text));
    }
  }
  assert(!isToken(""));
});
