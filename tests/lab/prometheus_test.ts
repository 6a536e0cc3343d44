// Prometheus itself goes and comes, and asks for targets while a receiver does.

import { assert, assertEquals } from "@std/assert";
import { Prometheus } from "../e2e/prometheus.ts";
import { Receiver, Sender } from "../e2e/prompipe.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { IS_LONG, scenario } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";

const PATHS = Array.from({ length: 10 }, (_, i) => `/metrics/node/machine-${i}`);
const ROUNDS = IS_LONG ? 5 : 1;
const SIGNALS = ["SIGKILL", "SIGTERM"] as const;
const SOON_MS = 40_000;
/** Its timeout is as long: on a busy machine a second is none. */
const PATIENT = { interval: "3s" };

function startSender(receiver: Receiver, exporter: FakeExporter): Promise<Sender> {
  return Sender.start({
    bearer_token: receiver.token,
    interval: "1s",
    timeout: "2s",
    pairs: PATHS.map((path) => ({
      source: exporter.url,
      destination: receiver.destination(path),
    })),
  });
}

/** Waits until every target was up in a scrape since then, in seconds since 1970. */
function allUp(prometheus: Prometheus, sinceS: number): Promise<void> {
  return waitFor(async () => {
    const up = await prometheus.query(`(up == 1) and (timestamp(up) > ${sinceS})`);
    assertEquals(up.length, PATHS.length);
  }, { timeoutMs: SOON_MS, what: "all targets up" });
}

function jobs(scrapePort: number) {
  return [{ job: "prompipe", discoveryUrl: `http://127.0.0.1:${scrapePort}/sd` }];
}

scenario({
  name: "prometheus-restarts",
  breaks: "Prometheus is killed and stopped, and started again with what it has stored",
  holds: "it finds all targets again by /sd, and none was ever down",
  needs: ["prometheus"],
  ci: false,
}, async (seen, { prometheus: part }) => {
  await using receiver = await Receiver.start({ args: ["--sd-warmup", "1s"] });
  await using exporter = FakeExporter.start(() => gauge(1));
  await using _sender = await startSender(receiver, exporter);
  await waitFor(async () => {
    for (const path of PATHS) assertEquals((await receiver.scrape(path)).status, 200);
  }, { timeoutMs: SOON_MS, what: "the first pushes" });
  await using prometheus = await Prometheus.start(part, jobs(receiver.scrapePort), PATIENT);
  await allUp(prometheus, 0);

  let longestS = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const signal of SIGNALS) {
      const sinceEnd = stopwatch();
      await prometheus.restart(signal);
      await allUp(prometheus, Date.now() / 1000);
      longestS = Math.max(longestS, sinceEnd());
    }
  }
  seen("restarts", ROUNDS * SIGNALS.length);
  seen("all up again after at most", longestS, "s");
  const downs = await prometheus.query("min_over_time(up[1h]) == 0");
  seen("targets ever down", downs.length);
  assertEquals(downs, []);
});

scenario({
  name: "receiver-restarts-while-asked",
  breaks: "a receiver without state is killed and stopped, while Prometheus asks for its targets",
  holds: "/sd lists all targets or says 503; Prometheus never forgets one, and all come up again",
  needs: ["prometheus"],
  ci: false,
}, async (seen, { prometheus: part }) => {
  const args = ["--sd-warmup", "3s"];
  let receiver = await Receiver.start({ args });
  const { token, pushPort, scrapePort } = receiver;
  try {
    await using exporter = FakeExporter.start(() => gauge(1));
    await using _sender = await startSender(receiver, exporter);
    await using prometheus = await Prometheus.start(part, jobs(scrapePort), PATIENT);
    await allUp(prometheus, 0);

    const answers: Record<string, number> = {};
    let fewest = Infinity;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const listed = await receiver.scrape("/sd").catch(() => undefined);
        const what = listed === undefined ? "refused" : String(listed.status);
        answers[what] = (answers[what] ?? 0) + 1;
        if (listed?.status === 200) {
          assertEquals(JSON.parse(listed.text).length, PATHS.length, "an /sd that isn't whole");
        }
        fewest = Math.min(fewest, (await prometheus.targets()).length);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    let longestS = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        for (const signal of SIGNALS) {
          await receiver.process.end(signal);
          receiver = await Receiver.start({ token, pushPort, scrapePort, args });
          const sinceStart = stopwatch();
          await allUp(prometheus, Date.now() / 1000);
          longestS = Math.max(longestS, sinceStart());
        }
      }
      await waitFor(async () => assertEquals((await receiver.scrape("/sd")).status, 200), {
        timeoutMs: SOON_MS,
        what: "the end of the warm-up",
      });
    } finally {
      isOver = true;
      await watching;
    }
    seen("restarts", ROUNDS * SIGNALS.length);
    for (const [what, times] of Object.entries(answers)) seen(`/sd ${what}`, times, "times");
    seen("fewest targets in Prometheus", fewest, `of ${PATHS.length}`);
    seen("all up again after at most", longestS, "s");
    assert(fewest === PATHS.length, `${fewest} targets`);
  } finally {
    await receiver[Symbol.asyncDispose]();
  }
});
