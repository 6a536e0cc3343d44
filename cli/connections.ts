// The connections of the public listener: who has shown nothing yet goes first.

import type { Socket } from "node:net";

/** So many may be open that have sent no push yet. */
const MAX_STRANGERS = 2_048;

interface Connection {
  readonly socket: Socket;
  /** Requests that are not answered yet. */
  requests: number;
}

type Named = Pick<Socket, "remoteAddress" | "remotePort">;

/**
 * Keeps the open connections. Idle and half-open ones cost memory and a file each, so
 * that the oldest stranger makes room for a new one: a good sender has shown its token
 * long before thousands of others come.
 */
export class Connections {
  /** By the client's address and port: of a TLS connection, there are two sockets. */
  readonly #all = new Map<string, Connection>();
  /** The oldest first. */
  readonly #strangers = new Map<string, Connection>();
  #closing = false;
  #gone = Promise.withResolvers<void>();

  add(socket: Socket): void {
    const name = nameOf(socket);
    const connection = { socket, requests: 0 };
    this.#all.set(name, connection);
    this.#strangers.set(name, connection);
    socket.once("close", () => this.#remove(name));
    if (this.#closing) socket.destroy();
    if (this.#strangers.size > MAX_STRANGERS) this.#dropOldest();
  }

  /** A request came in. */
  open(socket: Named): void {
    const connection = this.#all.get(nameOf(socket));
    if (connection !== undefined) connection.requests++;
  }

  /** A client was let in: its connection is no stranger's any more. */
  trust(socket: Named): void {
    this.#strangers.delete(nameOf(socket));
  }

  /** A request was answered. */
  done(socket: Named): void {
    const connection = this.#all.get(nameOf(socket));
    if (connection === undefined) return;
    connection.requests--;
    if (this.#closing && connection.requests === 0) connection.socket.destroySoon();
  }

  /** Closes each connection once it has no request to answer; resolves when all are gone. */
  drain(): Promise<void> {
    this.#closing = true;
    for (const { socket, requests } of this.#all.values()) if (requests === 0) socket.destroy();
    if (this.#all.size === 0) this.#gone.resolve();
    return this.#gone.promise;
  }

  /** Closes all of them now. */
  cut(): void {
    this.#closing = true;
    for (const { socket } of this.#all.values()) socket.destroy();
  }

  #dropOldest(): void {
    for (const [name, { socket }] of this.#strangers) {
      this.#strangers.delete(name);
      socket.destroy();
      return;
    }
  }

  #remove(name: string): void {
    this.#all.delete(name);
    this.#strangers.delete(name);
    if (this.#closing && this.#all.size === 0) this.#gone.resolve();
  }
}

function nameOf({ remoteAddress, remotePort }: Named): string {
  return `${remoteAddress} ${remotePort}`;
}
