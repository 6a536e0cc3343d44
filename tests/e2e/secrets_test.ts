// The token is nowhere but in requests: not in logs, answers, errors or command lines.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { testUnless } from "../parts.ts";
import { newToken, Receiver, Sender, startPrompipe } from "./prompipe.ts";
import { bytes, exchange, head } from "./raw_http.ts";
import { waitFor } from "./wait_for.ts";

const SOON_MS = 15_000;
const PATHS = ["/", "/metrics/a/b", "/metrics", "/sd", "/healthz", "/nothing"];

/** The whole answer as text. */
async function ask(port: number, path: string, token: string): Promise<string> {
  const request = head("GET", path, { Authorization: `Bearer ${token}` });
  const answer = await exchange(port, bytes(request));
  assert(answer !== undefined, `${path} was not answered`);
  return [...answer.headers].join("\n") + new TextDecoder().decode(answer.body);
}

/** Who shows the token in the arguments that everybody on the machine can read. */
async function commandLinesWith(token: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may have ended since the folder was read.
    const commandLine = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (commandLine.includes(token)) found.push(commandLine);
  }
  return found;
}

testUnless(
  Deno.build.os !== "linux" && "it reads /proc",
  "no log line, answer or command line holds the token, right or wrong",
  async () => {
    const wrong = newToken();
    await using exporter = FakeExporter.start(() => gauge(1));
    await using receiver = await Receiver.start({ args: ["--log-level", "debug"] });
    const config = (token: string) => ({
      bearer_token: token,
      interval: "1s",
      timeout: "1s",
      pairs: [{ source: exporter.url, destination: receiver.destination("/metrics/a/b") }],
    });
    const debug = ["--log-level", "debug"];
    await using refused = await Sender.start(config(wrong), debug);
    await refused.process.waitForOutput(/\b401\b/);
    assertEquals((await receiver.scrape("/metrics/a/b")).status, 404);
    await using sender = await Sender.start(config(receiver.token), debug);
    await waitFor(async () => assertEquals((await receiver.scrape("/metrics/a/b")).status, 200), {
      timeoutMs: SOON_MS,
      what: "the first push",
    });

    const answers = await Promise.all(
      [receiver.pushPort, receiver.scrapePort].flatMap((port) =>
        PATHS.flatMap((path) => [receiver.token, wrong].map((token) => ask(port, path, token)))
      ),
    );
    // What is printed at the end counts as well.
    await sender.process.end("SIGTERM");
    await refused.process.end("SIGTERM");
    const commandLines = [
      ...await commandLinesWith(receiver.token),
      ...await commandLinesWith(wrong),
    ];
    await receiver.process.end("SIGTERM");

    assertEquals(commandLines, []);
    const said = [
      receiver.process.output,
      sender.process.output,
      refused.process.output,
      ...answers,
    ];
    for (const token of [receiver.token, wrong]) {
      for (const text of said) assert(!text.includes(token), `the token is in: ${text}`);
    }
  },
);

/** Faulty configs around a secret: each must be refused without showing it. */
const FAULTS: Record<string, (secret: string) => unknown> = {
  "a token with a line end": (secret) => ({ bearer_token: `${secret}\n${secret}` }),
  "a token with a control character": (secret) => ({ bearer_token: `${secret}\u0000` }),
  "a token with a letter no header takes": (secret) => ({ bearer_token: `${secret}→` }),
  "a token in a list": (secret) => ({ bearer_token: [secret] }),
  "a token in an object": (secret) => ({ bearer_token: { value: secret } }),
  "a pair's token in a list": (secret) => ({
    bearer_token: newToken(),
    pairs: [{
      source: "http://127.0.0.1:1/metrics",
      destination: "http://127.0.0.1:1/metrics/a/b",
      bearer_token: [secret],
    }],
  }),
};

for (const [fault, make] of Object.entries(FAULTS)) {
  Deno.test(`the sender refuses ${fault} without showing it`, async () => {
    const secret = newToken();
    const pairs = [{
      source: "http://127.0.0.1:1/metrics",
      destination: "http://127.0.0.1:1/metrics/a/b",
    }];
    await using sender = await Sender.start({ pairs, ...make(secret) as object });
    assertEquals((await sender.process.status).code, 2, sender.process.output);
    assertMatch(sender.process.output, /bearer_token/);
    assert(!sender.process.output.includes(secret), sender.process.output);
  });
}

Deno.test("the receiver refuses a faulty token without showing it, and to start with none", async () => {
  const secret = newToken();
  const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
  for (const token of [`${secret}\n${secret}`, `${secret}→`, "", undefined]) {
    const env: Record<string, string> = token === undefined ? {} : { BEARER_TOKEN: token };
    await using receiver = startPrompipe(["receiver", ...listen], env);
    assertEquals((await receiver.status).code, 2, receiver.output);
    assertMatch(receiver.output, /BEARER_TOKEN/);
    assert(!receiver.output.includes(secret), receiver.output);
  }
});
