// What a service manager is told, over a real socket of its kind.

import { join } from "@std/path";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeReceiver } from "../fakes/receiver.ts";
import { NotifySocket } from "../fakes/notify_socket.ts";
import { RunningProcess } from "./processes.ts";
import { newToken, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const SOON = { timeoutMs: 20_000, what: "a notification" };
const WATCHDOG_MS = 200;
const WATCHDOG = { WATCHDOG_USEC: String(WATCHDOG_MS * 1000) };

Deno.test("a sender says that it is ready, reloading, well and stopping", async () => {
  await using folder = await TempDir.make();
  await using receiver = new FakeReceiver();
  const pairs = [{
    source: "http://127.0.0.1:1/",
    destination: receiver.destination("/metrics/a/b"),
  }];
  const config = await folder.write("c.json", JSON.stringify({ bearer_token: newToken(), pairs }));
  for (const path of [join(folder.path, "notify"), `@prompipe-test-${crypto.randomUUID()}`]) {
    await using socket = new NotifySocket(path);
    const env = { NOTIFY_SOCKET: path, ...WATCHDOG };
    await using sender = startPrompipe(["sender", "--config", config], env);
    const told = (...steps: string[]) => waitFor(() => assertEquals(socket.steps, steps), SOON);
    await told("READY=1");
    await waitFor(() => assert(socket.watchdogMs.length > 3), SOON);
    assertMatch(socket.messages.map(({ text }) => text).join("\n"), /^STATUS=1 pair, /m);

    sender.signal("SIGHUP");
    await told("READY=1", "RELOADING=1", "READY=1");
    const reload = socket.messages.find(({ text }) => text.startsWith("RELOADING"));
    assertMatch(reload!.text, /\nMONOTONIC_USEC=\d+$/);

    assertEquals((await sender.end("SIGTERM")).code, 0);
    await told("READY=1", "RELOADING=1", "READY=1", "STOPPING=1");
  }
});

Deno.test("a receiver says that it is ready, well and stopping", async () => {
  await using folder = await TempDir.make();
  await using socket = new NotifySocket(join(folder.path, "notify"));
  await using receiver = startPrompipe(
    ["receiver", "--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"],
    { BEARER_TOKEN: newToken(), NOTIFY_SOCKET: socket.path, ...WATCHDOG },
  );
  await waitFor(() => assert(socket.watchdogMs.length > 3), SOON);
  assertEquals((await receiver.end("SIGTERM")).code, 0);
  await waitFor(() => assertEquals(socket.steps, ["READY=1", "STOPPING=1"]), SOON);
});

Deno.test("a blocked event loop stops the watchdog, and nothing else does", async () => {
  await using folder = await TempDir.make();
  await using socket = new NotifySocket(join(folder.path, "notify"));
  const script = await folder.write(
    "service.ts",
    `import { openNotifier } from ${JSON.stringify(`file://${PROJECT}/cli/notify.ts`)};
     openNotifier((name) => Deno.env.get(name)).watch({ standing: "up", isAlive: () => true });
     Deno.addSignalListener("SIGUSR1", () => {
       console.log("blocked");
       for (;;);
     });`,
  );
  await using service = new RunningProcess(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--unstable-net", script],
    env: { NOTIFY_SOCKET: socket.path, ...WATCHDOG },
  });
  await waitFor(() => assert(socket.watchdogMs.length > 10), SOON);
  service.signal("SIGUSR1");
  await service.waitForOutput(/blocked/);
  const quietMs = 5 * WATCHDOG_MS;
  await waitFor(() => assert(performance.now() - socket.watchdogMs.at(-1)! > quietMs), SOON);
  const count = socket.watchdogMs.length;
  const gaps = socket.watchdogMs.slice(1).map((atMs, i) => atMs - socket.watchdogMs[i]!);
  assert(Math.max(...gaps) < quietMs, `it was quiet before: ${gaps.map(Math.round).join(" ")}`);
  await service.end("SIGKILL");
  assertEquals(socket.watchdogMs.length, count);
});
