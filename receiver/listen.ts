// How this room opens a listener: whoever starts it brings the real one.

/** Where to listen. An empty host means every address, IPv6 and IPv4 alike. Port 0 picks one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What a listener does with a request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A request of the push listener, as far as it is looked at. */
export interface PushRequest {
  readonly method: string;
  /** Absolute, with the path as it was sent. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** As it arrives, and no faster than it is read. A piece is for its reader to keep or to free. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>> | null;
}

/** What the push listener does with a request; `address` is the IP address of the client. */
export type PushHandler = (request: PushRequest, address: string) => Promise<Response>;

/** Something that listens until it is stopped. */
export interface Listener {
  /** The address it is bound to, such as `127.0.0.1:9090`. */
  readonly address: string;
  /** Takes no new connections, and resolves once every request that has arrived is answered. */
  shutdown(): Promise<void>;
  /** Cuts off what is still under way. */
  cut(): void;
}

/** Opens a listener; throws, with a message to show, where the address can't be bound. */
export type Listen = (name: string, at: ListenAddress, handler: Handler) => Listener;
