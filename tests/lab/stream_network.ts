// What a network does to streams, plain and in TLS: it holds back, loses, forgets and cuts.

import { assertEquals } from "@std/assert";
import { Receiver } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { Authority } from "../fakes/certificates.ts";
import { SMALL } from "../fakes/checked_source.ts";
import { type Fault, FaultProxy } from "../fakes/fault_proxy.ts";
import type { Part } from "../parts.ts";
import { IS_LONG, type Seen } from "./scenario.ts";
import { allOf, FRESH_MS, lasts, type Way, Ways } from "./stream_ways.ts";

interface Network {
  readonly name: string;
  readonly fault: Fault;
  /** How long; `undefined`: it is there from the beginning, and is borne without a break. */
  readonly lastsMs: number | undefined;
  readonly overTls?: boolean;
}

const SHORT_MS = 4_000;
const DEAD: Fault = { kind: "dead" };
const FORGET: Fault = { kind: "forget" };
const RESET: Fault = { kind: "reset", afterBytes: 60_000 };

const NETWORKS: readonly Network[] = [
  { name: "bursts", fault: { kind: "bursts", everyMs: IS_LONG ? 1_000 : 300 }, lastsMs: undefined },
  { name: `${SMALL}-split`, fault: { kind: "split" }, lastsMs: undefined },
  { name: "forget", fault: FORGET, lastsMs: 0 },
  { name: "forget-tls", fault: FORGET, lastsMs: 0, overTls: true },
  ...(IS_LONG ? [10_000, 60_000] : []).flatMap((lastsMs) => [
    { name: `dead-${lastsMs / 1000}`, fault: DEAD, lastsMs },
    { name: `dead-${lastsMs / 1000}-tls`, fault: DEAD, lastsMs, overTls: true },
  ]),
  { name: "refuse", fault: { kind: "refuse" }, lastsMs: IS_LONG ? 60_000 : SHORT_MS },
  { name: "reset", fault: RESET, lastsMs: SHORT_MS },
  { name: "reset-tls", fault: RESET, lastsMs: SHORT_MS, overTls: true },
];

/** A sender with a way through each of them. */
export async function faultsOfNetwork(seen: Seen, { openssl }: { openssl: Part }): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const authority = stack.use(await Authority.make(openssl));
  const { cert, key } = await authority.issue("IP:127.0.0.1");
  const caFile = await folder.write("ca.pem", authority.cert);
  const tls = ["--tls-cert", await folder.write("cert.pem", cert)];
  tls.push("--tls-key", await folder.write("key.pem", key));
  const plain = stack.use(await Receiver.start());
  const secure = stack.use(await Receiver.start({ args: tls }));

  const proxies = new Map<string, FaultProxy>();
  const networks = NETWORKS.map((network): Network & Way => {
    const receiver = network.overTls ? secure : plain;
    const proxy = stack.use(new FaultProxy(receiver.destination("/")));
    proxies.set(network.name, proxy);
    if (network.lastsMs === undefined) proxy.fault = network.fault;
    const base = `${network.overTls ? "wss" : "ws"}://127.0.0.1:${proxy.port}`;
    return { ...network, receiver, base, caFile };
  });
  const ways = stack.use(await Ways.start(networks));
  const startedMs = performance.now();

  const outcomes = await allOf(networks.map(async ({ name, fault, lastsMs }) => {
    const proxy = proxies.get(name)!;
    if (lastsMs === undefined) return undefined;
    proxy.fault = fault;
    await lasts(lastsMs);
    proxy.fault = { kind: "none" };
    return await ways.fresh(name, performance.now());
  }));
  // Both sides find out what is half open, each by itself.
  for (const receiver of [plain, secure]) {
    const lost = networks.filter((each) =>
      each.receiver === receiver && (each.fault === FORGET || each.fault === DEAD)
    );
    await waitFor(async () => {
      const { text } = await receiver.scrape("/metrics");
      const silent = /^prompipe_receiver_streams_closed_total\{reason="silent"\} (\d+)$/m.exec(
        text,
      );
      assertEquals(Number(silent?.[1]), lost.length);
    }, { timeoutMs: FRESH_MS, what: "silent streams to be closed" });
  }
  for (const { name, lastsMs } of networks) {
    if (lastsMs !== undefined) continue;
    assertEquals(proxies.get(name)!.count, 1, name);
    await ways.assertUnbroken(name, startedMs);
    outcomes.push({ name, freshMs: {} });
  }
  ways.end(seen, outcomes.filter((outcome) => outcome !== undefined));
}
