// Each answer of the corpus, to a scrape and to a push over real connections.

import { assert, assertEquals } from "@std/assert";
import { PutDelivery } from "../../sender/delivery.ts";
import { createGet } from "../../sender/http_source.ts";
import { scrape } from "../../sender/scrape.ts";
import { Transports } from "../../sender/transports.ts";
import { type AnswerCase, ANSWERS } from "../corpus/answers.ts";
import { makeDestination, makeSource } from "../fakes/pair.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { type RawConnection, RawServer } from "../fakes/raw_server.ts";
import { Uncaught } from "../fakes/uncaught.ts";
import { report } from "./reports.ts";

const TOKEN = randomSecret();
const MAX_BODY_BYTES = 100_000;
/** Nothing here has to wait for the time to be up. */
const TIMEOUT_MS = 60_000;

function serving({ pieces }: AnswerCase): (connection: RawConnection) => Promise<void> {
  return async (connection) => {
    // A redirect may lead here again.
    while (await connection.request() !== undefined) {
      for (const piece of pieces) {
        if (typeof piece === "string" || piece instanceof Uint8Array) await connection.send(piece);
        else for (;;) await connection.send(piece.endless);
      }
      if (!String(pieces[0]).includes("Location: /metrics")) return;
    }
  };
}

function assertOneLine(text: string, name: string): void {
  // deno-lint-ignore no-control-regex
  assert(!/[\0-\x1f\x7f]/.test(text) && text.length < 1_000, `${name}: ${text}`);
  assert(!text.includes(TOKEN), name);
}

Deno.test("scrape() makes a body or a cause of any answer, and nothing goes uncaught", async () => {
  using uncaught = new Uncaught();
  for (const answer of ANSWERS) {
    await using server = new RawServer(serving(answer));
    using get = createGet();
    const result = await scrape({
      source: makeSource(server.url.href),
      timeoutMs: TIMEOUT_MS,
      maxBodyBytes: MAX_BODY_BYTES,
    }, { get, userAgent: "test", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const came = result.ok ? { body: new TextDecoder().decode(result.body) } : result.failure.cause;
    assertEquals(came, answer.scrape, answer.name);
    if (!result.ok) assertOneLine(result.failure.detail, answer.name);
  }
  assertEquals(uncaught.errors, []);
});

Deno.test("PutDelivery.deliver() takes no answer for a success that is none", async () => {
  using uncaught = new Uncaught();
  for (const answer of ANSWERS) {
    // The runtime's fetch waits for the end of them, as long as it may.
    if (answer.name === "interim answers without end") continue;
    await using server = new RawServer(serving(answer));
    using transports = new Transports();
    const delivery = new PutDelivery({
      destination: makeDestination(server.url.href.replace("/metrics", "/metrics/a/b"), {
        bearerToken: TOKEN,
      }),
      userAgent: "test",
      timeoutMs: TIMEOUT_MS,
      fetch: transports.fetchFor(undefined),
    });
    const result = await delivery.deliver(report(), AbortSignal.timeout(TIMEOUT_MS));
    assertEquals(result.ok, answer.taken ?? false, answer.name);
    if (!result.ok) assertOneLine(result.reason, answer.name);
  }
  assertEquals(uncaught.errors, []);
});
