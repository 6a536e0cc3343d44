import { assertEquals, assertMatch } from "@std/assert";
import { newNotifier, openNotifier } from "../../cli/notify.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeTimers } from "../fakes/fake_timers.ts";
import { NotifySocket } from "../fakes/notify_socket.ts";

Deno.test("newNotifier() says it in the words of sd_notify", () => {
  const sent: string[] = [];
  using notifier = newNotifier((message) => sent.push(message), undefined);
  notifier.ready();
  notifier.stopping();
  notifier.reloading();
  assertEquals(sent.splice(0, 2), ["READY=1", "STOPPING=1"]);
  assertMatch(sent[0]!, /^RELOADING=1\nMONOTONIC_USEC=\d{6,}$/);
});

Deno.test("Notifier.watch() says that the service is well only while it is", () => {
  using timers = new FakeTimers();
  const sent: string[] = [];
  const service = { standing: "all well", alive: true, isAlive: () => service.alive };
  const notifier = newNotifier((message) => sent.push(message), 6_000);
  notifier.watch(service);
  assertEquals(sent.splice(0), ["STATUS=all well", "WATCHDOG=1"]);
  timers.advance(9_000);
  assertEquals(sent.splice(0), ["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  service.alive = false;
  service.standing = "stalled";
  timers.advance(9_000);
  assertEquals(sent.splice(0), ["STATUS=stalled"]);
  notifier[Symbol.dispose]();
  assertEquals(timers.running, 0);
});

Deno.test("Notifier.watch() tells the status line alone where no watchdog is", () => {
  using timers = new FakeTimers();
  const sent: string[] = [];
  using notifier = newNotifier((message) => sent.push(message), undefined);
  notifier.watch({ standing: "all well", isAlive: () => true });
  timers.advance(60_000);
  assertEquals(sent, ["STATUS=all well"]);
});

Deno.test({
  name: "openNotifier() minds no other of the same process number",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using manager = new NotifySocket(`@prompipe-test-${crypto.randomUUID()}`);
    const env = (name: string) => name === "NOTIFY_SOCKET" ? manager.path : undefined;
    using one = openNotifier(env);
    using other = openNotifier(env);
    one.ready();
    other.stopping();
    await waitFor(() => assertEquals(manager.steps.toSorted(), ["READY=1", "STOPPING=1"]), {
      timeoutMs: 15_000,
      what: "both datagrams",
    });
  },
});
