// The connections of the public listener: who has shown nothing yet goes first.

import type { Socket } from "node:net";
import { countFreeFiles } from "./free_files.ts";

/** So many may be open that have sent no push yet. */
const MAX_STRANGERS = 1_024;
/** After so many strangers gone, the headers that they have sent are worth a collection. */
const COLLECT_AFTER = 256;
/** So many in all, where the system allows as many files. */
const MAX_CONNECTIONS = 15_000;
/** Of the files that are free, the rest are for others: scrapers, the state, a certificate. */
const SHARE = 0.75;
/** So many requests may wait for their answers on one connection; most clients send one. */
const MAX_WAITING = 32;
/** From here on it matters how many files there are. */
const MANY = 200;

interface Connection {
  readonly socket: Socket;
  /** Requests that are not answered yet. */
  requests: number;
}

type Named = Pick<Socket, "remoteAddress" | "remotePort">;

/**
 * Keeps the open connections. Idle and half-open ones cost memory and a file each, so
 * that the oldest stranger makes room for a new one: a good sender has shown its token
 * long before thousands of others come. Without a file left for it, the runtime would
 * never again accept a connection: that may not happen.
 */
export class Connections {
  /** Who was answered last comes last. By address and port: TLS has two sockets for each. */
  readonly #all = new Map<string, Connection>();
  /** The oldest first. */
  readonly #strangers = new Map<string, Connection>();
  readonly #collect: () => void;
  #max = { strangers: MANY, all: MANY };
  #counted = false;
  #strangersGone = 0;
  #closing = false;
  #gone = Promise.withResolvers<void>();

  /** `collect` is called now and then, when there may be much garbage. */
  constructor(collect: () => void) {
    this.#collect = collect;
    const files = countFreeFiles(MANY / SHARE);
    if (files < MANY / SHARE) this.#share(files, 0);
  }

  add(socket: Socket): void {
    const name = nameOf(socket);
    const connection = { socket, requests: 0 };
    this.#all.set(name, connection);
    this.#strangers.set(name, connection);
    socket.once("close", () => this.#remove(name));
    if (this.#closing) socket.destroy();
    if (this.#all.size > MANY && !this.#counted) {
      this.#share(countFreeFiles(MAX_CONNECTIONS / SHARE), this.#all.size);
    }
    if (this.#strangers.size > this.#max.strangers) this.#dropOldest();
    if (this.#all.size > this.#max.all) this.#dropIdle();
  }

  #share(files: number, open: number): void {
    const all = open + Math.floor(files * SHARE);
    this.#max = { all, strangers: Math.min(MAX_STRANGERS, Math.floor(all / 2)) };
    this.#counted = true;
  }

  /**
   * A request came in. Returns whether it is to be answered: who sends without end, and
   * reads no answer, would fill the memory.
   */
  open(socket: Named): boolean {
    const connection = this.#all.get(nameOf(socket));
    if (connection === undefined || ++connection.requests <= MAX_WAITING) return true;
    connection.socket.destroy();
    return false;
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
    this.#all.delete(nameOf(socket));
    this.#all.set(nameOf(socket), connection);
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

  /** Who has been idle for longest, so that nobody keeps others out by holding many. */
  #dropIdle(): void {
    for (const [name, { socket, requests }] of this.#all) {
      if (requests > 0) continue;
      this.#remove(name);
      return void socket.destroy();
    }
  }

  #dropOldest(): void {
    for (const [name, { socket }] of this.#strangers) {
      this.#forget(name);
      return void socket.destroy();
    }
  }

  #forget(stranger: string): void {
    if (!this.#strangers.delete(stranger)) return;
    if (++this.#strangersGone % COLLECT_AFTER === 0) this.#collect();
  }

  #remove(name: string): void {
    this.#all.delete(name);
    this.#forget(name);
    if (this.#closing && this.#all.size === 0) this.#gone.resolve();
  }
}

function nameOf({ remoteAddress, remotePort }: Named): string {
  return `${remoteAddress} ${remotePort}`;
}
