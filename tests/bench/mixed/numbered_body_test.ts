import { assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { NumberedBody } from "../../../bench/mixed/numbered_body.ts";

const TEXT = "# TYPE up gauge\nup 1\n".repeat(100);
const make = () => new NumberedBody(TEXT, (bodyBytes) => `head of ${bodyBytes}\n`);
const bodyOf = (body: NumberedBody) => body.message.slice(-body.bodyBytes);

Deno.test("NumberedBody is gzip of the text and the number, behind its head", () => {
  const body = make();
  for (const number of [0, 7, 12_345_678]) {
    body.setNumber(number);
    const head = `head of ${body.bodyBytes}\n`;
    assertEquals(new TextDecoder().decode(body.message).startsWith(head), true);
    assertEquals(body.message.length, head.length + body.bodyBytes);
    const text = new TextDecoder().decode(gunzipSync(bodyOf(body)));
    assertEquals(text, `${TEXT}bench_pushes_total ${String(number).padStart(8, "0")}\n`);
  }
});

Deno.test("NumberedBody.numberOf() tells the number of a body that was pushed before", () => {
  const body = make();
  body.setNumber(41);
  const pushed = bodyOf(body);
  body.setNumber(42);
  assertEquals(body.numberOf(pushed), 41);
});

Deno.test("NumberedBody.numberOf() knows a body with any byte changed for none of its own", () => {
  const body = make();
  body.setNumber(41);
  for (let at = 0; at < body.bodyBytes; at++) {
    const damaged = bodyOf(body);
    damaged[at]! ^= 1;
    assertEquals(body.numberOf(damaged), undefined, `byte ${at}`);
  }
  assertEquals(body.numberOf(bodyOf(body).subarray(1)), undefined);
});
