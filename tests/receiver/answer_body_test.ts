import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { answerBody } from "../../receiver/answer_body.ts";

Deno.test("answerBody() gives the bytes, and leaves them as they are for the next scrape", async () => {
  const sizes = fc.oneof(
    fc.integer({ min: 0, max: 70_000 }),
    fc.integer({ min: 0, max: 8 }).map((pieces) => pieces * 128 * 1024),
    fc.integer({ min: 0, max: 1_000_000 }),
  );
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const body = Uint8Array.from({ length: size }, (_, index) => index % 251);
      const expected = body.slice();
      for (let scrape = 0; scrape < 2; scrape++) {
        assertEquals(await new Response(answerBody(body)).bytes(), expected);
      }
      assertEquals(body, expected);
    }),
    { numRuns: 30 },
  );
});

Deno.test("answerBody() reads a large body no faster than it is sent", async () => {
  const reader = (answerBody(new Uint8Array(10_000_000)) as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  assertEquals(value?.byteLength, 128 * 1024);
  await reader.cancel();
});
