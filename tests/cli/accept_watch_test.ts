import { assert, assertEquals } from "@std/assert";
import { AcceptWatch } from "../../cli/accept_watch.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const SOON = { timeoutMs: 15_000, what: "a look at the port" };

/** A port that the kernel has, with nobody to take connections from it. */
function room() {
  const log = new RecordedLog();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let bound = 0;
  const watch = new AcceptWatch({
    host: "127.0.0.1",
    port: listener.addr.port,
    listenAgain: () => void bound++,
    log,
    everyMs: 10,
    patienceMs: 500,
  });
  return { log, listener, watch, bound: () => bound, events: () => log.events.map((e) => e.event) };
}

Deno.test("AcceptWatch has a port bound anew that takes no connections, and tells it", async () => {
  const { listener, watch, bound, events, log } = room();
  using _listener = listener;
  using _watch = watch;
  await waitFor(() => assert(bound() > 0), SOON);
  await waitFor(
    () => assertEquals(events().slice(0, 2), ["listener failed", "listening again"]),
    SOON,
  );
  assertEquals(log.events[0]?.fields.listener, "push");
});

Deno.test("AcceptWatch has a port bound anew that nobody listens on", async () => {
  const { listener, watch, bound } = room();
  listener.close();
  using _watch = watch;
  await waitFor(() => assert(bound() > 0), SOON);
});

Deno.test("AcceptWatch leaves a port alone that takes what it connects itself", async () => {
  const { listener, watch, bound, events } = room();
  let taken = 0;
  const taking = (async () => {
    for await (const connection of listener) {
      connection.close();
      watch.taken();
      taken++;
    }
  })();
  await waitFor(() => assert(taken > 3), SOON);
  watch[Symbol.dispose]();
  listener.close();
  await taking;
  assertEquals([bound(), events()], [0, []]);
});
