import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  bindFault,
  formatAddress,
  listen,
  type ListenAddress,
  type ListenOptions,
} from "../../cli/listener.ts";
import { Fault } from "../../cli/terminal.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

function start(
  at: ListenAddress,
  handler: ListenOptions["handler"] = () => new Response("ok"),
) {
  const log = new RecordedLog();
  const listener = listen("push", at, { handler, log });
  return { listener, log, [Symbol.asyncDispose]: () => listener.shutdown() };
}

/** What becomes of an address that can't be bound. */
function faultOf(at: ListenAddress): string {
  const fault = assertThrows(() => start(at));
  assert(fault instanceof Fault, String(fault));
  assertEquals(fault.exitCode, 1);
  return fault.message;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

/** The loopback addresses of this machine. */
function loopbacks(): string[] {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return ["127.0.0.1", "[::1]"];
  } catch {
    return ["127.0.0.1"];
  }
}

Deno.test("formatAddress() writes an address as it stands in a URL", () => {
  const table: [ListenAddress, string][] = [
    [{ host: "127.0.0.1", port: 9090 }, "127.0.0.1:9090"],
    [{ host: "::1", port: 9090 }, "[::1]:9090"],
    [{ host: "", port: 80 }, ":80"],
    [{ host: "localhost", port: 0 }, "localhost:0"],
  ];
  for (const [address, text] of table) assertEquals(formatAddress(address), text);
});

Deno.test("listen() takes a free port for 0, and logs which", async () => {
  await using started = start(LOOPBACK);
  const { listener: { address }, log } = started;
  assertMatch(address, /^127\.0\.0\.1:[1-9]\d*$/);
  assertEquals(log.events, [
    { level: "info", event: "listening", fields: { listener: "push", address } },
  ]);
  assertEquals(await (await fetch(`http://${address}/`)).text(), "ok");
});

Deno.test("listen() answers on every address, IPv6 and IPv4, where no host is named", async () => {
  await using started = start({ host: "", port: 0 });
  const port = portOf(started.listener.address);
  for (const host of loopbacks()) {
    assertEquals(await (await fetch(`http://${host}:${port}/`)).text(), "ok", host);
  }
});

Deno.test("listen() says that something else listens there", async () => {
  await using started = start(LOOPBACK);
  const port = portOf(started.listener.address);
  assertEquals(
    faultOf({ host: "127.0.0.1", port }),
    `Cannot listen on "127.0.0.1:${port}" (push): something else listens there`,
  );
});

Deno.test("listen() doesn't make do with IPv4 where every address is meant and one is taken", async () => {
  for (const loopback of loopbacks()) {
    await using started = start({ host: loopback.replace(/^\[|\]$/g, ""), port: 0 });
    const port = portOf(started.listener.address);
    assertEquals(
      faultOf({ host: "", port }),
      `Cannot listen on ":${port}" (push): something else listens there`,
    );
  }
});

Deno.test("listen() names the address that this machine doesn't have", () => {
  assertMatch(
    faultOf({ host: "192.0.2.1", port: 0 }), // TEST-NET-1, RFC 5737
    /^Cannot listen on "192\.0\.2\.1:0" \(push\): this machine has no such address$/,
  );
});

Deno.test("bindFault() says that there is no such host, whichever server was told of it", () => {
  const at = { host: "none.invalid", port: 0 };
  for (
    const text of [
      "getaddrinfo ENOTFOUND none.invalid",
      "failed to lookup address information: Name or service not known",
    ]
  ) {
    const { message } = bindFault("push", at, new Error(text));
    assertEquals(message, 'Cannot listen on "none.invalid:0" (push): no such host');
  }
});

Deno.test("listen() answers 500 and no more where the handler fails, and logs why", async () => {
  const error = new Error("bug");
  await using started = start(LOOPBACK, () => Promise.reject(error));
  const response = await fetch(`http://${started.listener.address}/`);
  assertEquals([response.status, await response.text()], [500, ""]);
  assertEquals(started.log.events.slice(1), [
    { level: "error", event: "request failed", fields: { listener: "push", error } },
  ]);
});

Deno.test("Listener.shutdown() answers what has arrived, and takes no more", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: answer, resolve: goOn } = Promise.withResolvers<Response>();
  const { listener } = start(LOOPBACK, () => {
    arrive();
    return answer;
  });
  const asked = fetch(`http://${listener.address}/`).then((response) => response.text());
  await arrived;
  const stopped = listener.shutdown();
  goOn(new Response("in time"));
  assertEquals(await asked, "in time");
  await stopped;
  await assertRejects(() => fetch(`http://${listener.address}/`));
});

Deno.test("Listener.cut() cuts off what is under way", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: never, resolve: end } = Promise.withResolvers<Response>();
  const { listener } = start(LOOPBACK, () => {
    arrive();
    return never;
  });
  const asked = assertRejects(() => fetch(`http://${listener.address}/`));
  await arrived;
  listener.cut();
  await asked;
  end(new Response());
  await listener.shutdown();
});
