import { assert, assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Connections } from "../../cli/connections.ts";

class FakeSocket extends EventEmitter {
  readonly remoteAddress = "192.0.2.1";
  readonly remotePort: number;
  destroyed = false;

  constructor(port: number) {
    super();
    this.remotePort = port;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

Deno.test("Connections closes who has been idle for longest where there is no room for more", () => {
  const connections = new Connections(() => {});
  const sockets: FakeSocket[] = [];
  const connect = () => {
    const socket = new FakeSocket(sockets.length);
    sockets.push(socket);
    connections.add(socket as unknown as Socket);
    connections.open(socket);
    connections.trust(socket);
    return socket;
  };
  const [busy, again, idle] = [connect(), connect(), connect()];
  for (const socket of [again, idle, again]) {
    connections.open(socket);
    connections.done(socket);
    connections.done(socket);
  }
  // As many as this machine's files allow.
  while (!sockets.some(({ destroyed }) => destroyed)) {
    assert(sockets.length < 20_000);
    connections.done(connect());
  }
  assertEquals([busy, again, idle].map(({ destroyed }) => destroyed), [false, false, true]);
  const last = connect();
  assertEquals([again.destroyed, last.destroyed], [true, false]);
});
