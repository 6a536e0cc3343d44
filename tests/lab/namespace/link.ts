// Runs in a network of its own: takes its link down for so many seconds, loses packets,
// lets a name move, and takes IPv6 away. Fails where the sender isn't fresh soon after.

import { assert } from "@std/assert";
import { newToken, Sender } from "../../e2e/prompipe.ts";
import { waitFor } from "../../e2e/wait_for.ts";
import { DnsServer } from "../../fakes/dns_server.ts";
import { FakeExporter, gauge } from "../../fakes/exporter.ts";
import { FakeReceiver } from "../../fakes/receiver.ts";
import { tell } from "../namespace.ts";
import { residentMib } from "../proc.ts";

const [interval = 1, timeout = 2, ...downs] = Deno.args.map(Number);
const SOON_MS = (2 * interval + timeout) * 1000;
const PATH = "/metrics/node/rpi";
const MAX_LINES = 10;
const MAX_GROWTH_MIB = 30;

await using first = new FakeReceiver({ hostname: "127.0.0.2" });
await using second = new FakeReceiver({ hostname: "127.0.0.3", port: first.port });
await using dns = new DnsServer({ v4: "127.0.0.2" });
await using exporter = FakeExporter.start(() => gauge(1));
await using sender = await Sender.start({
  bearer_token: newToken(),
  interval: `${interval}s`,
  timeout: `${timeout}s`,
  pairs: [{ source: exporter.url, destination: `http://push.test:${first.port}${PATH}` }],
});

await fresh(first, 0, 15_000);
await fresh(first, performance.now(), 15_000);
const beforeMib = residentMib(sender.process.pid);

for (const seconds of downs) {
  await fault(`link down for ${seconds} s`, ["-d", "127.0.0.2", "-j", "DROP"], seconds, first);
}
const loss = ["-d", "127.0.0.2", "-m", "statistic", "--mode", "random", "--probability", "0.3"];
await fault("30 % loss", [...loss, "-j", "DROP"], Math.min(60, 10 * downs.length), first);

{
  // The receiver's machine dies, and its name goes to another one.
  const asked = dns.asked;
  await drop("-A", ["-d", "127.0.0.2", "-j", "DROP"]);
  dns.addresses = { v4: "127.0.0.3" };
  await report("the name moves", second, performance.now());
  assert(dns.asked > asked, "the name was not looked up again");
}
{
  // The name has an IPv6 address as well, where nobody listens.
  dns.addresses = { v4: "127.0.0.3", v6: "::1" };
  await drop("-A", ["-d", "127.0.0.3", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"]);
  await pause(timeout + interval);
  await drop("-D", ["-d", "127.0.0.3", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"]);
  await report("IPv6 refused, IPv4 there", second, performance.now());
}

const lines = sender.process.output.split("\n").filter((line) => line.includes("push ")).length;
const growthMib = residentMib(sender.process.pid) - beforeMib;
tell("lines in the log", lines);
tell("growth", growthMib, `MiB from ${Math.round(beforeMib)}`);
assert(lines <= MAX_LINES, sender.process.output);
assert(growthMib < MAX_GROWTH_MIB, `it grew by ${growthMib} MiB`);
console.log("done");

async function fault(
  name: string,
  rule: readonly string[],
  seconds: number,
  receiver: FakeReceiver,
): Promise<void> {
  await drop("-A", rule);
  await pause(seconds);
  await drop("-D", rule);
  await report(name, receiver, performance.now());
}

async function report(name: string, receiver: FakeReceiver, sinceMs: number): Promise<void> {
  const afterMs = await fresh(receiver, sinceMs, 3 * SOON_MS);
  tell(`${name}: fresh after`, afterMs / 1000, `of ${SOON_MS / 1000} s`);
  assert(afterMs <= SOON_MS, `${name}: ${afterMs}\n${sender.process.output}`);
}

async function fresh(receiver: FakeReceiver, sinceMs: number, timeoutMs: number): Promise<number> {
  return await waitFor(() => {
    const at = receiver.pushesMs(PATH).find((ms) => ms > sinceMs);
    assert(at !== undefined, `nothing came; ${sender.process.output}`);
    return at - sinceMs;
  }, { timeoutMs, what: "a push" });
}

async function drop(action: "-A" | "-D", rule: readonly string[]): Promise<void> {
  const args = ["iptables", action, "OUTPUT", ...rule];
  const { success, stderr } = await new Deno.Command(Deno.env.get("IPTABLES")!, { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
