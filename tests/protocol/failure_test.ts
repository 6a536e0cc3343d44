import { assert, assertEquals, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { decodeFailure, encodeFailure, oneLine, SENDER_CAUSES } from "../../protocol/mod.ts";

const UTF8 = new TextEncoder();

Deno.test("decodeFailure() reads what encodeFailure() writes", () => {
  const failure = fc.record({
    cause: fc.constantFrom(...SENDER_CAUSES),
    detail: fc.string({ minLength: 1, maxLength: 100 }).filter((text) => text.trim() === text),
  });
  fc.assert(fc.property(failure, (failure) => {
    assertEquals(decodeFailure(encodeFailure(failure)), { ...failure });
  }));
});

Deno.test("encodeFailure() writes a problem of RFC 9457 with its cause", () => {
  const body = encodeFailure({ cause: "source_refused", detail: "connection\nrefused" });
  assertEquals(JSON.parse(new TextDecoder().decode(body)), {
    title: "The source cannot be reached",
    detail: "connection refused",
    cause: "source_refused",
  });
});

Deno.test("decodeFailure() takes a report of another sender for a source that is down", () => {
  for (
    const [json, cause, detail] of [
      ["{}", "source_invalid", "no reason given"],
      ['{"title":"T"}', "source_invalid", "T"],
      ['{"title":"T","detail":"D"}', "source_invalid", "D"],
      ['{"title":"T","detail":""}', "source_invalid", "T"],
      ['{"title":"T","detail":"\\u0000"}', "source_invalid", "T"],
      ['{"detail":7,"title":[]}', "source_invalid", "no reason given"],
      ['{"cause":"source_timeout","status":504}', "source_timeout", "no reason given"],
      ['{"cause":"sender_silent"}', "source_invalid", "no reason given"],
      ['{"cause":"on_fire","detail":"hot"}', "source_invalid", "hot"],
      ['{"cause":["source_timeout"]}', "source_invalid", "no reason given"],
      ['{"__proto__":{"cause":"source_timeout"}}', "source_invalid", "no reason given"],
      ['{"detail":"a\\r\\n\\u001b[31mb"}', "source_invalid", "a [31mb"],
      ['\ufeff{"detail":"D"}', "source_invalid", "D"],
    ] as const
  ) assertEquals(decodeFailure(UTF8.encode(json)), { cause, detail }, json);
});

Deno.test("decodeFailure() returns undefined for what is no JSON object", () => {
  for (const text of ["", "{", "[]", "[{}]", "null", "7", '"x"', "{}{}", "[".repeat(60_000)]) {
    assertEquals(decodeFailure(UTF8.encode(text)), undefined, text.slice(0, 20));
  }
  assertEquals(decodeFailure(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), undefined);
});

Deno.test("decodeFailure() never throws, and never returns more than one short line", () => {
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => UTF8.encode(json)),
    fc.string({ unit: "binary", maxLength: 900 }).map((detail) =>
      UTF8.encode(JSON.stringify({ detail }))
    ),
  );
  fc.assert(fc.property(body, (body) => {
    assertLine(decodeFailure(body)?.detail ?? "");
  }));
});

Deno.test("oneLine() makes one short, well-formed line of any text", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 900 }),
    fc.string({ unit: fc.constantFrom("a", "😀"), minLength: 280, maxLength: 620 }),
  );
  fc.assert(
    fc.property(text, (text) => {
      const line = oneLine(text);
      assertLine(line);
      assertEquals(oneLine(line), line);
    }),
    { endOnFailure: true, examples: [["😀".repeat(400)], ["\ud800"], [" ".repeat(700)]] },
  );
});

function assertLine(line: string): void {
  assertNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}]/u);
  assert(line.length <= 300, `${line.length} characters`);
  assert(line.isWellFormed(), `half a character in ${JSON.stringify(line)}`);
}
