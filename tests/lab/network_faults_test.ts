// What a network and a receiver can do to a sender: soon after, it pipes as before, and
// has neither grown nor talked much. Each fault has its own pair and its own way there,
// all of one process. In its long form they last a minute, with the preset
// interval and timeout.

import { assert, assertEquals } from "@std/assert";
import { Authority } from "../fakes/certificates.ts";
import { FakeExporter } from "../fakes/exporter.ts";
import { type Fault, FaultProxy } from "../fakes/fault_proxy.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, startPrompipe } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { residentMib } from "./proc.ts";
import { IS_LONG, scenario } from "./scenario.ts";

const INTERVAL_MS = IS_LONG ? 4_000 : 1_000;
const TIMEOUT_MS = IS_LONG ? 10_000 : 1_500;
const FAULT_MS = IS_LONG ? 60_000 : 4_000;
const RETRY_AFTER_S = 2;
const MAX_LINES = 10;
const MAX_GROWTH_MIB = 30;

interface Way {
  readonly name: string;
  readonly fault: Fault;
  readonly respond?: () => Response | Promise<Response>;
  /** Beyond two intervals and a timeout. */
  readonly askedMs?: number;
  readonly overTls?: boolean;
  /** Within the timeout nobody has to be told of it. */
  readonly isHarmless?: boolean;
}

const NONE: Fault = { kind: "none" };
const hang = () => new Promise<Response>(() => {});
const portal = () =>
  new Response("<html>Please log in</html>", { headers: { "Content-Type": "text/html" } });
const status = (status: number, headers: HeadersInit = {}) =>
  new Response("no\n", { status, headers: { "Content-Type": "text/plain", ...headers } });

const WAYS: readonly Way[] = [
  { name: "refused", fault: { kind: "refuse" } },
  { name: "link-down", fault: { kind: "dead" } },
  { name: "link-down-tls", fault: { kind: "dead" }, overTls: true },
  {
    name: "two-seconds-late",
    fault: { kind: "slow", delayMs: 2_000 },
    isHarmless: TIMEOUT_MS > 5_000,
  },
  { name: "reset-in-tls", fault: { kind: "reset", afterBytes: 200 }, overTls: true },
  { name: "reset-in-body", fault: { kind: "reset", afterBytes: 8_000 } },
  { name: "500", fault: NONE, respond: () => status(500) },
  {
    name: "503-retry-after",
    fault: NONE,
    respond: () => status(503, { "Retry-After": String(RETRY_AFTER_S) }),
    askedMs: RETRY_AFTER_S * 1_000,
  },
  { name: "413", fault: NONE, respond: () => status(413) },
  { name: "hangs", fault: NONE, respond: hang },
  { name: "captive-portal", fault: NONE, respond: portal },
];

/** Does not pack well, so that a body is on its way for some time. */
function snapshot(): Response {
  const lines = Array.from({ length: 1_500 }, (_, i) => `m{i="${i}"} ${Math.random()}\n`);
  return new Response(lines.join(""), { headers: { "Content-Type": "text/plain" } });
}

scenario({
  name: "network-and-receiver",
  breaks:
    "refused, link down, late, reset in TLS and in a body, 500, 503, 413, hangs, captive portal",
  holds: "fresh within two intervals and a timeout, at most ten lines in the log each, no growth",
  needs: ["openssl"],
  ci: true,
}, async (seen, { openssl }) => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const authority = stack.use(await Authority.make(openssl));
  const tls = await authority.issue("IP:127.0.0.1");
  const ca = await folder.write("ca.pem", authority.cert);
  const exporter = stack.use(FakeExporter.start(snapshot));
  const ways = WAYS.map((way) => {
    const receiver = stack.use(new FakeReceiver(way.overTls ? { tls } : {}));
    const proxy = stack.use(new FaultProxy(receiver.destination("/")));
    const path = `/metrics/fault/${way.name}`;
    const url = new URL(receiver.destination(path));
    url.port = String(proxy.port);
    return { ...way, receiver, proxy, path, url: url.href };
  });
  const config = await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: newToken(),
      interval: `${INTERVAL_MS}ms`,
      timeout: `${TIMEOUT_MS}ms`,
      destination_tls: { ca_file: ca },
      pairs: ways.map(({ url }) => ({ source: exporter.url, destination: url })),
    }),
  );
  const sender = stack.use(startPrompipe(["sender", "--config", config]));
  const fresh = (sinceMs: number, withinMs: number) =>
    Promise.all(ways.map(({ receiver, path, name, askedMs = 0 }) =>
      waitFor(() => {
        const at = receiver.pushesMs(path).find((ms) => ms > sinceMs);
        assert(at !== undefined, "nothing came");
        return { name, afterMs: Math.round(at - sinceMs), withinMs: withinMs + askedMs };
      }, { timeoutMs: 3 * withinMs + askedMs, what: `a push of ${name}` })
    ));
  await fresh(0, 15_000);
  // The first passes have brought up all that stays in memory.
  await fresh(performance.now(), 15_000);
  const beforeMib = residentMib(sender.pid);

  for (const { proxy, receiver, fault, respond } of ways) {
    proxy.fault = fault;
    receiver.respond = respond;
  }
  const faultMs = performance.now();
  await waitFor(() => assert(performance.now() - faultMs > FAULT_MS), {
    timeoutMs: 2 * FAULT_MS,
    what: "the end of the faults",
  });
  for (const each of ways) {
    each.proxy.fault = NONE;
    each.receiver.respond = undefined;
  }
  const found = await fresh(performance.now(), 2 * INTERVAL_MS + TIMEOUT_MS);
  const growthMib = residentMib(sender.pid) - beforeMib;

  const lines = ways.map(({ url }) =>
    sender.output.split("\n").filter((line) => line.includes(url)).length
  );
  for (const [i, { name, afterMs }] of found.entries()) {
    seen(`${name}: fresh after`, afterMs / 1000, `s, ${lines[i]} lines`);
  }
  seen("growth", growthMib, `MiB from ${Math.round(beforeMib)}`);
  assertEquals(found.filter(({ afterMs, withinMs }) => afterMs > withinMs), []);
  // The faults were faults: each was told of.
  const silent = ways.filter(({ isHarmless = false }, i) => !isHarmless && lines[i]! < 2);
  assertEquals(silent.map(({ name }) => name), []);
  assert(Math.max(...lines) <= MAX_LINES, sender.output);
  assert(growthMib < MAX_GROWTH_MIB, `it grew by ${growthMib} MiB`);
});
