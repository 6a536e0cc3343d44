// Streams through an nginx with the timeouts it has by default: 60 s without a byte, and it cuts.

import { assertEquals, assertMatch } from "@std/assert";
import { Receiver } from "../e2e/prompipe.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { Authority } from "../fakes/certificates.ts";
import type { Part } from "../parts.ts";
import { Nginx } from "./nginx.ts";
import { IS_LONG, type Seen } from "./scenario.ts";
import { allOf, lasts, type Outcome, type Way, Ways } from "./stream_ways.ts";

const GONE_MS = 3_000;
/** More than twice nginx's timeout, or just enough to see something pass. */
const STEADY_MS = IS_LONG ? 150_000 : 5_000;

/** nginx is reloaded and killed, its receiver is killed, it passes no WebSockets, or all is well. */
export async function streamsThroughNginx(
  seen: Seen,
  { nginx, openssl }: { nginx: Part; openssl: Part },
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const authority = stack.use(await Authority.make(openssl));
  const issued = await authority.issue("IP:127.0.0.1");
  const caFile = await folder.write("ca.pem", authority.cert);
  const tls = {
    cert: await folder.write("cert.pem", issued.cert),
    key: await folder.write("key.pem", issued.key),
  };
  const stays = stack.use(await Receiver.start());
  const dies = stack.use(await Receiver.start());
  const upstreamPort = stays.pushPort;
  const killed = stack.use(await Nginx.start(nginx, [{ upstreamPort }, { upstreamPort, tls }]));
  const before = stack.use(await Nginx.start(nginx, [{ upstreamPort: dies.pushPort }]));
  const blind = stack.use(await Nginx.start(nginx, [{ upstreamPort, upgrades: false }]));
  const steady = stack.use(await Nginx.start(nginx, [{ upstreamPort }, { upstreamPort }]));

  const at = (name: string, { ports: [first, second] }: Nginx, more: Partial<Way> = {}): Way => ({
    ...{ name, receiver: stays, base: `ws://127.0.0.1:${first}` },
    ...more.caFile !== undefined && { base: `wss://127.0.0.1:${second}` },
    ...name === "idle" && { base: `ws://127.0.0.1:${second}` },
    ...more,
  });
  const ways = stack.use(
    await Ways.start([
      at("nginx-killed", killed),
      at("nginx-killed-tls", killed, { caFile }),
      at("receiver-killed", before, { receiver: dies }),
      at("no-upgrade", blind, { modes: ["push"] }),
      at("steady", steady),
      at("idle", steady, { modes: ["on_demand"] }),
    ]),
  );
  const startedMs = performance.now();
  const idle = ways.watch("idle", "on_demand");
  idle.pause();

  async function killNginx(): Promise<Outcome[]> {
    // Old workers keep what they have: nobody notices.
    await killed.reload();
    const names = ["nginx-killed", "nginx-killed-tls"];
    await allOf(names.map((name) => ways.assertUnbroken(name, startedMs)));
    await killed.kill();
    await lasts(GONE_MS);
    await killed.again();
    const endMs = performance.now();
    return await Promise.all(names.map((name) => ways.fresh(name, endMs)));
  }

  async function killReceiver(): Promise<Outcome[]> {
    const { process, token, pushPort, scrapePort } = dies;
    await process.end("SIGKILL");
    await lasts(2 * GONE_MS);
    stack.use(await Receiver.start({ token, pushPort, scrapePort }));
    return [await ways.fresh("receiver-killed", performance.now())];
  }

  async function stay(): Promise<Outcome[]> {
    await lasts(STEADY_MS);
    idle.go();
    const outcome = await ways.fresh("idle", performance.now());
    for (const name of ["steady", "idle"]) await ways.assertUnbroken(name, startedMs);
    // nginx logs a request at its end: no stream has ended.
    assertEquals(await steady.requests(), [""]);
    return [{ name: "steady", freshMs: {} }, outcome];
  }

  const outcomes = await allOf([killNginx(), killReceiver(), stay()]);
  const [line = "", ...others] = ways.breaks("no-upgrade");
  assertMatch(line, /msg="pushing by PUT" .*reason="426 /);
  assertEquals(others, []);
  ways.end(seen, [...outcomes.flat(), { name: "no-upgrade", freshMs: {} }]);
}
