// Runs in a network of its own: streams whose packets are lost on the way, all or some, for a
// while or, of one connection, for good. What is lost is between sender and receiver alone.

import { assert, assertEquals } from "@std/assert";
import { Receiver } from "../../e2e/prompipe.ts";
import { waitFor } from "../../e2e/wait_for.ts";
import { tell } from "../namespace.ts";
import { IS_LONG } from "../scenario.ts";
import { stopwatch } from "../stopwatch.ts";
import { allOf, FRESH_MS, lasts, type Outcome, type Way, Ways } from "../stream_ways.ts";

type Packets = Way & { readonly receiver: Receiver };

const DROPS_S = IS_LONG ? [10, 60] : [4];
const LOSSY_S = 60;
const KILLED_S = IS_LONG ? 20 : 3;
const ESTABLISHED = "01";

await run();
console.log("done");

async function run(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const way = async (name: string): Promise<Packets> => {
    const receiver = stack.use(await Receiver.start());
    return { name, receiver, base: receiver.destination("").replace("http:", "ws:") };
  };
  const faults = new Map<string, (ways: Ways, way: Packets) => Promise<Outcome>>([
    ["killed-unseen", kill],
    ...DROPS_S.map((seconds) =>
      [`drop-${seconds}`, (ways: Ways, way: Packets) => drop(ways, way, seconds)] as const
    ),
    ...IS_LONG ? [["loss-30", lose], ["nat-forgets", forget]] as const : [],
  ]);
  const moved = await way("sender-unseen");
  const faulty = await Promise.all([...faults.keys()].map(way));
  const others = stack.use(await Ways.start([moved]));
  const ways = stack.use(await Ways.start(faulty));
  const [unseen, ...outcomes] = await allOf<Outcome[]>([
    killSender(others, moved),
    ...faulty.map((each) => faults.get(each.name)!(ways, each)),
  ]);
  ways.end(tell, outcomes);
  others.end(tell, [unseen!]);

  /** The receiver is killed while nobody can be told, and is there again before anybody can. */
  async function kill(ways: Ways, { name, receiver }: Packets): Promise<Outcome> {
    const { process, token, pushPort, scrapePort } = receiver;
    await rule("-A", pushPort);
    await process.end("SIGKILL");
    await lasts(KILLED_S * 1000);
    stack.use(await Receiver.start({ token, pushPort, scrapePort }));
    await rule("-D", pushPort);
    return await ways.fresh(name, performance.now());
  }
}

/** Nothing gets through, and nobody is told. */
async function drop(ways: Ways, { name, receiver }: Packets, seconds: number): Promise<Outcome> {
  await rule("-A", receiver.pushPort);
  await lasts(seconds * 1000);
  await rule("-D", receiver.pushPort);
  return await ways.fresh(name, performance.now());
}

/** Three of ten packets are lost, either way. */
async function lose(ways: Ways, { name, receiver }: Packets): Promise<Outcome> {
  const some = ["-m", "statistic", "--mode", "random", "--probability", "0.3"];
  await rule("-A", receiver.pushPort, some);
  await lasts(LOSSY_S * 1000);
  await rule("-D", receiver.pushPort, some);
  return await ways.fresh(name, performance.now());
}

/** The connections that are there lose all their packets from now on; new ones don't. */
async function forget(ways: Ways, { name, receiver }: Packets): Promise<Outcome> {
  await forgetConnections(receiver.pushPort);
  const forgottenMs = performance.now();
  const [outcome] = await allOf([
    ways.fresh(name, forgottenMs),
    closedSilent(receiver, name),
  ]);
  return outcome;
}

/** A sender's machine dies, and another one takes its place while the old stream looks open. */
async function killSender(ways: Ways, { name, receiver }: Packets): Promise<Outcome> {
  await forgetConnections(receiver.pushPort);
  const closed = closedSilent(receiver, name);
  await ways.sender.process.end("SIGKILL");
  await ways.senderAgain();
  const outcome = await ways.fresh(name, performance.now());
  const freshMs = performance.now();
  await closed;
  // What is taken over stays so when the old stream is closed at last.
  await lasts(1_000);
  const after = ways.watch(name, "on_demand").statuses(freshMs);
  assertEquals(Object.keys(after), ["200"], JSON.stringify(after));
  return outcome;
}

/** The receiver finds out by itself. */
async function closedSilent(receiver: Receiver, name: string): Promise<void> {
  const since = stopwatch();
  await waitFor(async () => {
    const { text } = await receiver.scrape("/metrics");
    assert(/^prompipe_receiver_streams_closed_total\{reason="silent"\} 1$/m.test(text));
  }, { timeoutMs: FRESH_MS, what: "the receiver to close what is half open" });
  tell(`${name}, receiver`, since(), "s to close it");
}

/** As a NAT that loses its table, and tells nobody. */
async function forgetConnections(port: number): Promise<void> {
  const table = await Deno.readTextFile("/proc/net/tcp");
  const ends = [...table.matchAll(/^ *\d+: \w+:(\w{4}) \w+:(\w{4}) (\w\w)/gm)];
  const clients = ends
    .filter(([, , remote, state]) => parseInt(remote!, 16) === port && state === ESTABLISHED)
    .map(([, local]) => parseInt(local!, 16));
  assert(clients.length > 0, table);
  for (const client of clients) {
    await rule("-A", port, ["--sport", String(client)], ["--dport", String(client)]);
  }
}

/** Drops what goes to a port and what comes from it, each where more is so. */
async function rule(
  action: "-A" | "-D",
  port: number,
  there: readonly string[] = [],
  back = there,
): Promise<void> {
  for (const [way, more] of [["--dport", there], ["--sport", back]] as const) {
    const which = ["-p", "tcp", way, String(port), ...more];
    const args = ["iptables", "-w", action, "OUTPUT", ...which, "-j", "DROP"];
    const iptables = new Deno.Command(Deno.env.get("IPTABLES")!, { args });
    const { success, stderr } = await iptables.output();
    assert(success, new TextDecoder().decode(stderr));
  }
}
