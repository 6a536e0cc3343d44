import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PutDelivery } from "../../sender/delivery.ts";
import { FakeFetch } from "../fakes/fetch.ts";
import { makeDestination } from "../fakes/pair.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { report } from "./reports.ts";

const TOKEN = randomSecret();

async function deliver(response: Response) {
  const delivery = new PutDelivery({
    destination: makeDestination("http://push.example/metrics/node/rpi", { bearerToken: TOKEN }),
    userAgent: "prompipe/test",
    timeoutMs: 10_000,
    fetch: new FakeFetch(() => response).fetch,
  });
  return await delivery.deliver(report(), new AbortController().signal);
}

/** The reason for a failed delivery. */
async function reasonFor(response: Response): Promise<string> {
  const result = await deliver(response);
  assert(!result.ok, "it was delivered");
  return result.reason;
}

function answer(status: number, text: string, type = "text/plain; charset=utf-8"): Response {
  return new Response(text, { status, headers: { "Content-Type": type } });
}

Deno.test("PutDelivery.deliver() takes 204 for success, and a bare 200 of the first prompipe", async () => {
  for (const status of [204, 200]) {
    assert((await deliver(new Response(null, { status }))).ok, String(status));
  }
  for (const status of [200, 201, 202, 205, 206, 300, 304]) {
    const body = status === 205 || status === 304 ? null : "<html>Log in</html>";
    const response = new Response(body, { status, headers: { "Content-Type": "text/html" } });
    assert(!(await deliver(response)).ok, String(status));
  }
});

Deno.test("PutDelivery.deliver() knows a captive portal by its page, however it begins", async () => {
  const pages = [
    ["<html>Log in</html>"],
    ["\r\n", "<html>Log in</html>"],
    ["", "  ", "<html>Log in</html>"],
    [" ".repeat(2000), "<html>Log in</html>"],
  ];
  for (const chunks of pages) {
    const page = ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
    const response = new Response(page, { headers: { "Content-Type": "text/html" } });
    assertEquals(
      await reasonFor(response),
      "200, but not from a prompipe receiver",
      JSON.stringify(chunks).slice(0, 60),
    );
  }
});

Deno.test("PutDelivery.deliver() says what the receiver said, or what its status means", async () => {
  const large =
    "(too large: raise max_body of the receiver, or the limit of what stands before it)";
  const table: [Response, string][] = [
    [
      answer(401, "no good token\n"),
      '401 no good token (check "bearer_token", which the receiver doesn\'t know or no longer takes)',
    ],
    [
      answer(403, ""),
      "403 (this token may not write this path: check the token's targets on the receiver)",
    ],
    [
      answer(404, "<h1>Not found</h1>", "text/html"),
      "404 (no receiver's push listener is there: check the destination's path and port)",
    ],
    [answer(413, "more than 10MiB\n"), `413 more than 10MiB ${large}`],
    [answer(413, "<h1>Too large</h1>", "text/html"), `413 ${large}`],
    [new Response(null, { status: 413 }), `413 ${large}`],
    [answer(502, "{}", "application/json"), "502"],
    [answer(202, "later", "text/html"), "202, but not from a prompipe receiver"],
  ];
  for (const [response, reason] of table) assertEquals(await reasonFor(response), reason);
});

Deno.test("PutDelivery.deliver() tells a refusal of what was sent from one that may pass", async () => {
  const table: [number, boolean, boolean][] = [
    [400, true, false],
    [401, false, false],
    [403, false, false],
    [404, false, false],
    [405, false, false],
    [408, false, true],
    [409, false, false],
    [413, true, false],
    [415, true, false],
    [429, false, true],
    [500, false, true],
    [502, false, true],
    [503, false, true],
    [507, false, true],
  ];
  for (const [status, refused, retriable] of table) {
    const result = await deliver(answer(status, "why\n"));
    assert(!result.ok);
    assertEquals([status, result.refused, result.retriable], [status, refused, retriable]);
  }
});

Deno.test("PutDelivery.deliver() shows a refusal on one short line without control characters", async () => {
  const unit = fc.constantFrom("a", "é", "\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85", "\u2028");
  const text = fc.string({ unit, maxLength: 3_000, size: "max" });
  await fc.assert(fc.asyncProperty(text, async (said) => {
    const reason = await reasonFor(answer(400, said));
    assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(reason), JSON.stringify(reason));
    assert(reason.length <= 310, String(reason.length));
  }));
  assertEquals(await reasonFor(answer(400, "bad\r\n\x1b[31mname\n")), "400 bad [31mname");
});

Deno.test("PutDelivery.deliver() never shows its token, even where the other side echoes it", async () => {
  for (const status of [200, 400, 401, 500]) {
    const reason = await reasonFor(answer(status, `you sent "Bearer ${TOKEN}"`));
    assert(!reason.includes(TOKEN), reason.replaceAll(TOKEN, "TOKEN"));
  }
});

Deno.test("PutDelivery.deliver() stops reading a refusal that doesn't end", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("no ".repeat(1000))),
    cancel: () => resolve(),
  });
  const headers = { "Content-Type": "text/plain" };
  assert(
    (await reasonFor(new Response(endless, { status: 400, headers }))).startsWith("400 no no"),
  );
  await cancelled;
});

Deno.test("PutDelivery.deliver() shows no part of a token where what was said is cut", async () => {
  // Bytes that are many, and one blank in a line.
  const before = "\u2028".repeat(300);
  for (let shown = 4; shown < TOKEN.length; shown++) {
    const reason = await reasonFor(answer(403, `${before}${"x".repeat(124 - shown)}${TOKEN}`));
    assert(!reason.includes(TOKEN.slice(0, shown)), `${shown} characters`);
  }
});
