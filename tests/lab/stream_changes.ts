// What changes under open streams: the certificate, the token, the sender's config.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:tls";
import { Receiver, startPrompipe } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { Authority, type Certificate } from "../fakes/certificates.ts";
import { CheckedSource } from "../fakes/checked_source.ts";
import { FaultProxy } from "../fakes/fault_proxy.ts";
import type { Part } from "../parts.ts";
import { sha256 } from "../../receiver/token_book.ts";
import { newToken } from "../e2e/prompipe.ts";
import { IS_LONG, type Seen } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";
import { pathOf, Watch } from "./stream_watch.ts";
import { FRESH_MS, INTERVAL_MS, lasts, TIMEOUT_MS, TTL_MS, Ways } from "./stream_ways.ts";

/** A stream outlives its certificate, and the next one gets the new one. */
export async function renewedCertificate(seen: Seen, { openssl }: { openssl: Part }) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const authority = stack.use(await Authority.make(openssl));
  const write = async ({ cert, key }: Certificate) => {
    await folder.write("cert.pem", cert);
    await folder.write("key.pem", key);
  };
  await write(await authority.issue("IP:127.0.0.1"));
  const caFile = await folder.write("ca.pem", authority.cert);
  const args = ["--tls-cert", `${folder.path}/cert.pem`, "--tls-key", `${folder.path}/key.pem`];
  const receiver = stack.use(await Receiver.start({ args }));
  const proxy = stack.use(new FaultProxy(receiver.destination("/")));
  const name = "certificate";
  const way = { name, receiver, base: `wss://127.0.0.1:${proxy.port}`, caFile };
  const ways = stack.use(await Ways.start([way]));
  const startedMs = performance.now();
  const old = await fingerprint(receiver.pushPort, authority.cert);

  await write(await authority.issue("IP:127.0.0.1"));
  receiver.process.signal("SIGHUP");
  await waitFor(async () => {
    assert(await fingerprint(receiver.pushPort, authority.cert) !== old);
  }, { timeoutMs: FRESH_MS, what: "the new certificate" });
  const renewedMs = performance.now();
  await ways.fresh(name, renewedMs);
  assertEquals(proxy.count, 1, "the stream goes on");
  await ways.assertUnbroken(name, startedMs);

  proxy.fault = { kind: "refuse" };
  proxy.fault = { kind: "none" };
  const outcome = await ways.fresh(name, performance.now());
  assert(proxy.count > 1);
  ways.end(seen, [outcome]);
}

/** A token that is taken away closes its streams at once, and given back it opens them. */
export async function revokedToken(seen: Seen): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const [token, other] = [newToken(), newToken()];
  const write = (...tokens: readonly { token: string; targets?: string[] }[]) =>
    folder.write(
      "receiver.json",
      JSON.stringify({
        tokens: tokens.map(({ token, ...more }, i) => ({
          ...{ name: token === other ? "other" : "home", sha256: sha256(token) },
          ...more,
          max_targets: 10 + i,
        })),
      }),
    );
  const config = await write({ token }, { token: other });
  const receiver = stack.use(await Receiver.start({ args: ["--config", config] }));
  const name = "token";
  const { scrapePort } = receiver;
  const base = receiver.destination("").replace("http:", "ws:");
  const ways = stack.use(await Ways.start([{ name, receiver: { token, scrapePort }, base }]));

  await write({ token: other });
  receiver.process.signal("SIGHUP");
  const sinceRevoked = stopwatch();
  const revokedMs = performance.now();
  await streams(receiver, 0);
  seen("token revoked: streams closed after", sinceRevoked(), "s");
  const closedMs = performance.now();
  const { text } = await ways.watch(name, "on_demand").first(503, closedMs, FRESH_MS);
  assertMatch(text, /token/);
  const stale = await ways.watch(name, "push").first(503, revokedMs, 2 * TTL_MS);
  assertMatch(stale.text, /token/);
  await ways.sender.process.waitForOutput(/msg="stream failing".* reason="401 /);

  await write({ token }, { token: other });
  receiver.process.signal("SIGHUP");
  const again = await ways.fresh(name, performance.now());
  ways.end((what, value, unit) => seen(`${what} given back`, value, unit), [again]);
  if (!IS_LONG) return;

  // A token that may do less now loses what it may not, and nothing else.
  await write({ token, targets: [`stream/${name}-push`] }, { token: other });
  receiver.process.signal("SIGHUP");
  const narrowedMs = performance.now();
  await ways.watch(name, "on_demand").first(503, narrowedMs, FRESH_MS);
  await ways.watch(name, "push").freshAfter(performance.now(), FRESH_MS);
  await write({ token }, { token: other });
  receiver.process.signal("SIGHUP");
  const wider = await ways.fresh(name, performance.now());
  assertEquals(Object.keys(ways.watch(name, "push").statuses(narrowedMs)), ["200"]);
  ways.end((what, value, unit) => seen(`${what} may more`, value, unit), [wider]);
}

/** A pair moves from PUT to a stream, to on demand and back: one way at a time, then none. */
export async function editedConfig(seen: Seen): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const source = stack.use(new CheckedSource());
  const receiver = stack.use(await Receiver.start());
  const name = "moved";
  const pair = (scheme: string, more: Record<string, unknown> = {}) => ({
    source: source.url(name),
    destination: receiver.destination(pathOf(name)).replace("http", scheme),
    interval: `${INTERVAL_MS}ms`,
    timeout: `${TIMEOUT_MS}ms`,
    ...more,
  });
  const steady = { ...pair("http"), source: source.url("steady") };
  steady.destination = receiver.destination(pathOf("steady"));
  const write = (...pairs: unknown[]) =>
    folder.write(
      "config.json",
      JSON.stringify({ bearer_token: receiver.token, pairs: [steady, ...pairs] }),
    );
  const config = await write(pair("http"));
  const sender = stack.use(startPrompipe(["sender", "--config", config]));
  const watch = stack.use(
    new Watch({ name, mode: "push", scrapePort: receiver.scrapePort, ttlMs: TTL_MS }, source),
  );
  await watch.freshAfter(0, FRESH_MS);
  let applied = 0;
  const apply = async (...pairs: unknown[]) => {
    await write(...pairs);
    sender.signal("SIGHUP");
    applied++;
    await waitFor(() => {
      assertEquals(sender.output.split('msg="config applied"').length - 1, applied, sender.output);
    }, { timeoutMs: FRESH_MS, what: "the config to be applied" });
    return performance.now();
  };
  const arrives = (how: string) =>
    waitFor(async () => {
      const { text } = await receiver.scrape("/metrics");
      const arrivals = [...text.matchAll(/^prompipe_receiver_target_arrival\{(.*)\} 1$/gm)]
        .map(([, labels]) => labels!).filter((labels) => labels.includes(`"${name}"`));
      assertMatch(arrivals.join(), new RegExp(`arrival="${how}"`));
    }, { timeoutMs: FRESH_MS, what: `arrival by ${how}` });

  const shorter = { interval: `${INTERVAL_MS / 2}ms` };
  const onDemand = { mode: "on_demand" };
  const steps = [
    ["ws", {}, "stream"],
    ["http", shorter, "put"],
    ["ws", onDemand, "on_demand"],
    ["ws", {}, "stream"],
    ...IS_LONG
      ? [
        ["ws", shorter, "stream"],
        ["ws", onDemand, "on_demand"],
        ["http", {}, "put"],
        ["ws", {}, "stream"],
      ] as const
      : [],
  ] as const;
  for (const [scheme, more, how] of steps) {
    const appliedMs = await apply(pair(scheme, more));
    await arrives(how);
    await watch.freshAfter(appliedMs, FRESH_MS);
    if (how === "on_demand") continue;
    // One loop asks the source, and each of its answers is stored once.
    const sinceMs = performance.now();
    const askedBefore = source.asked(name);
    const storedBefore = await stored(receiver, name);
    await lasts(3 * INTERVAL_MS);
    const added = await stored(receiver, name) - storedBefore;
    const asked = source.asked(name) - askedBefore;
    const { interval = `${INTERVAL_MS}ms` } = more as { interval?: string };
    const passes = (performance.now() - sinceMs) / parseInt(interval);
    assert(asked <= passes + 2, `${asked} asked in ${passes} passes`);
    // What was not acknowledged in time comes again, and counts again.
    const isOnce = added <= asked + 1 || sender.output.includes("no acknowledgement");
    assert(added > 0 && isOnce, `${asked} asked, ${added} stored`);
  }
  await apply();
  const asked = source.asked(name);
  const since = stopwatch();
  await streams(receiver, 0);
  seen("config: stream closed after", since(), "s");
  await watch.first(503, performance.now(), 2 * TTL_MS);
  assertEquals(source.asked(name), asked, "a pair that is gone goes silent");
  watch.assertSound();
  seen("config", `${steps.length} moves, ${watch.checked} GETs`);
}

/** Waits until so many streams are open. */
async function streams(receiver: Receiver, count: number): Promise<void> {
  await waitFor(async () => {
    const { text } = await receiver.scrape("/metrics");
    assertEquals(/^prompipe_receiver_streams (\d+)$/m.exec(text)?.[1], String(count));
  }, { timeoutMs: FRESH_MS, what: `${count} streams` });
}

/** How many snapshots of a target were stored. */
async function stored(receiver: Receiver, name: string): Promise<number> {
  const { text } = await receiver.scrape("/metrics");
  const counts = [...text.matchAll(/^prompipe_receiver_target_pushes_total\{(.*)\} (\d+)$/gm)];
  const [, , count] =
    counts.find(([, labels]) => labels!.includes(`"${name}"`) && labels!.includes('"stored"')) ??
      [];
  return Number(count);
}

function fingerprint(port: number, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: "127.0.0.1", port, ca }, () => {
    resolve(socket.getPeerCertificate().fingerprint256);
    socket.destroy();
  });
  socket.on("error", reject);
  return promise;
}
