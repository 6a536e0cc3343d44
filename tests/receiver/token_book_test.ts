import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { bearerToken, TokenBook, type TokenEntry } from "../../receiver/token_book.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { makeToken } from "./token_entries.ts";

const TOKEN = randomSecret();

/** Whose token a header holds, where the book has these. */
function nameIn(book: TokenBook, header: string | null): string | undefined {
  return book.authenticate(header)?.client?.name;
}

function open(entries: readonly TokenEntry[], clock: () => number = () => 0) {
  const expired: string[] = [];
  const book = new TokenBook(entries, { clock, expired: (name) => void expired.push(name) });
  return { book, expired };
}

Deno.test("TokenBook.authenticate() takes a token however the scheme and its spaces are written", () => {
  const { book } = open([bearerToken(TOKEN)]);
  for (const header of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}  `]) {
    assertEquals(nameIn(book, header), "BEARER_TOKEN", header.replace(TOKEN, "TOKEN"));
  }
});

Deno.test("TokenBook.authenticate() takes nothing else", () => {
  const { book } = open([bearerToken(TOKEN)]);
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
      `Bearer ${bearerToken(TOKEN).sha256}`,
      "Bearer " + " ".repeat(100_000),
    ]
  ) {
    const shown = header?.replaceAll(TOKEN, "TOKEN").slice(0, 50);
    assertEquals(nameIn(book, header), undefined, shown);
  }
});

Deno.test("TokenBook.authenticate() tells any two tokens apart, and no token from an empty one", () => {
  const token = fc.string({ unit: fc.constantFrom(..."aAbB01-_~+/=.,:;"), minLength: 1 });
  fc.assert(fc.property(token, token, (a, b) => {
    const { book } = open([bearerToken(a)]);
    assertEquals(nameIn(book, `Bearer ${b}`) !== undefined, a === b);
    assertEquals(nameIn(open([bearerToken("")]).book, `Bearer ${b}`), undefined);
  }));
});

Deno.test("TokenBook.authenticate() tells whose token it is, and what it may", () => {
  const home = makeToken("home", { targets: ["home/*"], maxTargets: 3 });
  const office = makeToken("office");
  const { book } = open([home.entry, office.entry]);
  const client = book.authenticate(home.authorization)!.client!;
  assertEquals([client.name, client.limits], ["home", home.entry.limits]);
  assertEquals(client.mayWrite({ job: "home", instance: "x" }), true);
  assertEquals(client.mayWrite({ job: "other", instance: "x" }), false);
  const everywhere = book.authenticate(office.authorization)!.client!;
  assertEquals(everywhere.name, "office");
  assertEquals(everywhere.mayWrite({ job: "other", instance: "x" }), true);
});

Deno.test("TokenBook.authenticate() refuses an expired token from its last millisecond on, and tells once", () => {
  let nowMs = 999;
  const { token, entry, authorization } = makeToken("old", { expiresMs: 1_000 });
  const { book, expired } = open([entry], () => nowMs);
  assertEquals([nameIn(book, authorization), book.isGood("old")], ["old", true]);
  nowMs = 1_000;
  for (let count = 0; count < 3; count++) assertEquals(nameIn(book, authorization), undefined);
  assertEquals(book.authenticate(authorization), { name: "old", client: undefined });
  assertEquals([book.isGood("old"), expired], [false, ["old"]]);
  assertEquals(nameIn(book, `Bearer ${token}x`), undefined);
  assertEquals(expired, ["old"]);
});

Deno.test("TokenBook.use() swaps all tokens at once; who was let in goes on", () => {
  const [home, office, both] = [makeToken("home"), makeToken("office"), makeToken("both")];
  const { book } = open([home.entry, both.entry]);
  const client = book.authenticate(home.authorization)!.client!;
  book.use([office.entry, both.entry]);
  assertEquals(
    [home, office, both].map(({ authorization }) => nameIn(book, authorization)),
    [undefined, "office", "both"],
  );
  assertEquals(["home", "office", "both"].map((name) => book.isGood(name)), [false, true, true]);
  assertEquals(client.mayWrite({ job: "a", instance: "b" }), true);
});
