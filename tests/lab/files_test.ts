// No file is left to be opened (EMFILE): neither for a connection nor on the disk.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { Receiver, startPrompipe } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { openFiles } from "./proc.ts";
import { noLinux, scenario } from "./scenario.ts";
import { waitForPasses } from "./state_passes.ts";
import { stopwatch } from "./stopwatch.ts";

const PATH = "/metrics/fooservice/rpi";
const RECEIVER_FILES = 200;
const SENDER_FILES = 80;
const SOON_MS = 30_000;

function limited(files: number): readonly string[] {
  return ["sh", "-c", `ulimit -n ${files} && exec "$@"`, "sh"];
}

/** One that nobody has a connection for yet. */
async function ask(url: string, init: RequestInit = {}): Promise<number> {
  const headers = { ...init.headers, Connection: "close" };
  const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.status;
}

scenario({
  name: "receiver-out-of-files",
  breaks: "400 connections to each listener of a receiver that may have 200 files open (EMFILE)",
  holds: "the log tells it; once they are gone both listeners take new ones, and the state is kept",
  unless: noLinux,
  ci: true,
}, async (seen) => {
  await using folder = await TempDir.make();
  const args = ["--state-dir", join(folder.path, "state")];
  await using receiver = await Receiver.start({ args, under: limited(RECEIVER_FILES) });
  const headers = { Authorization: `Bearer ${receiver.token}` };
  const push = (body: string) => ask(receiver.destination(PATH), { method: "PUT", headers, body });
  const scrape = () => ask(`http://127.0.0.1:${receiver.scrapePort}${PATH}`);
  const mended = (what: string, answer: () => Promise<number>, status: number) =>
    waitFor(async () => assertEquals(await answer(), status), { timeoutMs: SOON_MS, what });
  assertEquals(await push("before 1\n"), 204);

  const connections: Deno.TcpConn[] = [];
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    for (const port of [receiver.scrapePort, receiver.pushPort]) {
      await Deno.connect({ hostname: "127.0.0.1", port }).then(
        (connection) => connections.push(connection),
        () => refused++,
      );
    }
  }
  await receiver.process.waitForOutput(/listener failed.* listener=scrape error=.*open files/);
  seen("connections", connections.length);
  seen("refused", refused);
  seen("files open", openFiles(receiver.process.pid));
  for (const connection of connections) connection.close();
  const sinceGone = stopwatch();
  await Promise.all([
    mended("a scrape", scrape, 200).then(() => seen("scrapes again after", sinceGone(), "s")),
    mended("a push", () => push("after 1\n"), 204)
      .then(() => seen("pushes again after", sinceGone(), "s")),
  ]);
  assertMatch(receiver.process.output, /listening again.* listener=scrape/);

  await waitForPasses(receiver);
  await receiver.process.end("SIGKILL");
  await using again = await Receiver.start({ args });
  assertEquals(await again.scrape(PATH), { status: 200, text: "after 1\n" });
});

scenario({
  name: "sender-out-of-files",
  breaks: "a hundred sources hang of a sender that may have 80 files open (EMFILE)",
  holds: "the log tells it; once they answer, all are fresh within a time to live",
  unless: noLinux,
  ci: false,
}, async (seen) => {
  const intervalMs = 1_000;
  const timeoutMs = 2_000;
  await using folder = await TempDir.make();
  await using receiver = await Receiver.start();
  let value = 0;
  await using exporter = FakeExporter.start(() => gauge(value));
  const paths = Array.from({ length: 100 }, (_, i) => `/metrics/files/${i}`);
  const config = await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: receiver.token,
      interval: `${intervalMs}ms`,
      timeout: `${timeoutMs}ms`,
      pairs: paths.map((path) => ({
        source: exporter.url,
        destination: receiver.destination(path),
      })),
    }),
  );
  await using sender = startPrompipe(["sender", "--config", config], {}, {
    under: limited(SENDER_FILES),
  });
  const all = (what: string) =>
    waitFor(async () => {
      for (const path of paths) {
        const { status, text } = await receiver.scrape(path);
        assert(status === 200 && text.includes(`fake ${value}\n`), `${path}: ${status} ${text}`);
      }
    }, { timeoutMs: SOON_MS, what });
  await all("the first pushes");

  exporter.behaviour = { kind: "hang" };
  await sender.waitForOutput(/scrape failing.*open files/i, { timeoutMs: SOON_MS });
  seen("files open", openFiles(sender.pid));
  value = 1;
  exporter.behaviour = { kind: "answer", respond: () => gauge(value) };
  const sinceAnswers = stopwatch();
  await all("pushes of what it says now");
  const afterS = sinceAnswers();
  seen("all fresh again after", afterS, "s");
  assert(afterS * 1000 <= 3 * intervalMs + timeoutMs, `${afterS} s`);
});
