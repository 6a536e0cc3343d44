import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { singleToken } from "../../receiver/authenticate.ts";
import { randomSecret } from "../fakes/random_secret.ts";

const TOKEN = randomSecret();

Deno.test("singleToken() takes the token however the scheme and its spaces are written", () => {
  const authenticate = singleToken(TOKEN, "greenhouse");
  for (const header of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}  `]) {
    assertEquals(authenticate(header), { name: "greenhouse" }, header.replace(TOKEN, "TOKEN"));
  }
});

Deno.test("singleToken() takes nothing else", () => {
  const other = TOKEN.startsWith("a") ? "b" : "a";
  for (
    const header of [
      null,
      "",
      "Bearer",
      "Bearer ",
      TOKEN,
      `Basic ${TOKEN}`,
      `Bearer${TOKEN}`,
      `Bearer\t${TOKEN}`,
      ` Bearer ${TOKEN}`,
      `Bearer: ${TOKEN}`,
      `Bearer "${TOKEN}"`,
      `Bearer ${TOKEN},`,
      `Bearer ${TOKEN}\n`,
      `Bearer ${TOKEN} x`,
      `Bearer ${TOKEN}, Bearer ${TOKEN}`,
      `Bearer ${TOKEN}${TOKEN}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN.slice(1)}`,
      `Bearer ${other}${TOKEN.slice(1)}`,
      `Bearer ${[...TOKEN].toReversed().join("")}x`,
      `Bearer ${TOKEN.toUpperCase()}G`,
      "Bearer " + " ".repeat(100_000),
    ]
  ) {
    const shown = header?.replaceAll(TOKEN, "TOKEN").slice(0, 50);
    assertEquals(singleToken(TOKEN)(header), undefined, shown);
  }
});

Deno.test("singleToken() tells any two tokens apart, and no token from an empty one", () => {
  const token = fc.string({ unit: fc.constantFrom(..."aAbB01-_~+/=.,:;"), minLength: 1 });
  fc.assert(fc.property(token, token, (a, b) => {
    assertEquals(singleToken(a)(`Bearer ${b}`) !== undefined, a === b);
    assertEquals(singleToken("")(`Bearer ${b}`), undefined);
  }));
});
