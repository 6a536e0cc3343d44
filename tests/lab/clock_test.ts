// The clock on the wall is set an hour forth and back, under a receiver and a sender at work.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { sha256 } from "../../receiver/token_book.ts";
import { newToken, Receiver, startPrompipe } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { WallClock } from "./clock.ts";
import { IS_LONG, noLinux, scenario } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";

const HOUR_S = 3_600;
const LIVE = "/metrics/clock/live";
const LASTING = "/metrics/clock/lasting";
const INTERVAL_MS = 500;
const TIMEOUT_MS = 500;
const TTL_S = (3 * INTERVAL_MS + TIMEOUT_MS) / 1000;
/** Of what is pushed before each step, to go silent after it. */
const SHORT_TTL_S = IS_LONG ? 5 : 2;
/** How late a busy machine may be. */
const SLACK_S = 1.5;

/** How far the receiver's clock and the sender's are before what is right, one after the other. */
const STEPS: readonly (readonly [receiver: number, sender: number])[] = IS_LONG
  ? [[1, 0], [0, 0], [-1, 0], [0, 0], [0, 1], [0, 0], [0, -1], [0, 0], [1, -1], [-1, 1], [0, 0]]
  : [[1, -1], [-1, 1], [0, 0]];

scenario({
  name: "clock-steps",
  breaks: "the clocks of receiver and sender are set an hour forth and back, also over a restart",
  holds: "no target is stale or fresh that should not be; a token expires by the clock on the wall",
  needs: ["faketime"],
  unless: noLinux,
  ci: true,
}, async (seen, { faketime }) => {
  await using folder = await TempDir.make();
  await using clock = await WallClock.make(faketime);
  await using sendersClock = await WallClock.make(faketime);
  await using exporter = FakeExporter.start(() => gauge(performance.now() / 1000));

  const guest = newToken();
  const expires = new Date(Date.now() + HOUR_S / 2 * 1000).toISOString();
  const tokens = [{ name: "guest", sha256: sha256(guest), expires }];
  const file = await folder.write("receiver.json", JSON.stringify({ tokens }));
  const args = ["--config", file, "--state-dir", join(folder.path, "state")];
  const token = newToken();
  let receiver = await Receiver.start({ token, args, under: clock.under });
  const { pushPort, scrapePort } = receiver;
  const config = await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: token,
      interval: `${INTERVAL_MS}ms`,
      timeout: `${TIMEOUT_MS}ms`,
      pairs: [{ source: exporter.url, destination: receiver.destination(LIVE) }],
    }),
  );
  const startSender = () =>
    startPrompipe(["sender", "--config", config], {}, { under: sendersClock.under });
  let sender = startSender();

  /** How old it is what the live target serves; it fails where it serves nothing. */
  const age = async () => {
    const { status, text } = await receiver.scrape(LIVE);
    assertEquals(status, 200, text);
    return performance.now() / 1000 - Number(/^fake (.+)$/m.exec(text)?.[1]);
  };
  const status = async (path: string) => (await receiver.scrape(path)).status;
  const fresh = () =>
    waitFor(async () => assert(await age() < TTL_S, "old"), {
      timeoutMs: 20_000,
      what: "a fresh target",
    });

  try {
    await fresh();
    assertEquals(await receiver.push(LASTING, "x 1\n", { "Prompipe-Ttl": "3600" }), 204);
    let oldest = 0;
    let worstServedS = SHORT_TTL_S;
    for (const [step, [hours, sendersHours]] of STEPS.entries()) {
      const short = `/metrics/clock/short-${step}`;
      const ttl = { "Prompipe-Ttl": String(SHORT_TTL_S) };
      assertEquals(await receiver.push(short, "x 1\n", ttl), 204);
      const sincePush = stopwatch();
      await clock.set(hours * HOUR_S);
      await sendersClock.set(sendersHours * HOUR_S);
      // Whoever shows the guest's token now has a clock on the wall to reckon with.
      const headers = { Authorization: `Bearer ${guest}` };
      const answer = await receiver.push("/metrics/clock/guest", "x 1\n", headers);
      assertEquals(answer, hours > 0 ? 401 : 204, `the guest, ${hours} hours on`);
      while (await status(short) === 200) {
        assert(sincePush() < SHORT_TTL_S + SLACK_S, `"${short}" is fresh for ever`);
        oldest = Math.max(oldest, await age());
        assertEquals(await status(LASTING), 200);
      }
      const servedS = sincePush();
      const isWorse = Math.abs(servedS - SHORT_TTL_S) > Math.abs(worstServedS - SHORT_TTL_S);
      if (isWorse) worstServedS = servedS;
      assert(servedS > SHORT_TTL_S - 0.1, `served for ${servedS} s only`);
    }
    seen("steps", STEPS.length);
    seen("oldest sample served", oldest, `s, pushed each ${INTERVAL_MS / 1000} s`);
    seen(`a time to live of ${SHORT_TTL_S} s lasted at worst`, worstServedS, "s");
    assert(oldest < TTL_S + SLACK_S, `${oldest} s old`);

    for (const hours of [1, -1]) {
      await receiver.process.end("SIGTERM");
      await clock.set(hours * HOUR_S);
      receiver = await Receiver.start({ token, pushPort, scrapePort, args, under: clock.under });
      const sinceStart = stopwatch();
      for (const step of STEPS.keys()) {
        assertEquals(await status(`/metrics/clock/short-${step}`), 503, "it was silent before");
      }
      await fresh();
      seen(`receiver restarted ${hours} h off: fresh after`, sinceStart(), "s");
    }
    if (!IS_LONG) return;
    // What was pushed before it by a clock an hour ahead is newer, until its time is over.
    await sendersClock.set(HOUR_S);
    await sender.end("SIGTERM");
    sender = startSender();
    const asked = exporter.asked;
    await waitFor(() => assert(exporter.asked > asked + 1), { timeoutMs: 20_000, what: "pushes" });
    await sender.end("SIGTERM");
    await sendersClock.set(0);
    sender = startSender();
    const sinceStart = stopwatch();
    let silentS = 0;
    let isSilent = stopwatch();
    while (sinceStart() < 2 * TTL_S) {
      const { status, text } = await receiver.scrape(LIVE);
      if (status === 200) {
        isSilent = stopwatch();
        const ageS = performance.now() / 1000 - Number(/^fake (.+)$/m.exec(text)?.[1]);
        assert(ageS < TTL_S + SLACK_S, `it serves what is ${ageS} s old`);
      } else silentS = Math.max(silentS, isSilent());
    }
    seen("sender restarted 1 h back: silent for", silentS, "s");
    await fresh();
  } finally {
    await receiver[Symbol.asyncDispose]();
    await sender[Symbol.asyncDispose]();
  }
});
