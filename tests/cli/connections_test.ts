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

Deno.test("Connections closes who asks again and again, and takes no answer", () => {
  const connections = new Connections(() => {});
  const socket = new FakeSocket(1);
  connections.add(socket as unknown as Socket);
  const answered = Array.from({ length: 33 }, () => connections.open(socket));
  assertEquals([answered.lastIndexOf(true), socket.destroyed], [31, true]);

  const patient = new FakeSocket(2);
  connections.add(patient as unknown as Socket);
  for (let request = 0; request < 100; request++) {
    assert(connections.open(patient));
    connections.done(patient);
  }
});
