// An HTTPS server that may ask for a client's certificate, and remembers who came.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificates.ts";

export class HttpsServer implements AsyncDisposable {
  readonly #server: Server;
  readonly asked: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage["headers"];
    readonly body: Uint8Array;
  }[] = [];
  /** TCP connections so far. */
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `clients`: the authority whose certificates clients have to show. */
  static async start(
    own: Certificate,
    { clients, status = 200, body = "up 1\n" }: {
      readonly clients?: string;
      readonly status?: number;
      readonly body?: string;
    } = {},
  ): Promise<HttpsServer> {
    const mutual = clients !== undefined &&
      { ca: clients, requestCert: true, rejectUnauthorized: true };
    const server = createServer({ ...own, ...mutual }, async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk as Uint8Array);
      const { method = "", url = "", headers } = request;
      self.asked.push({
        method,
        url,
        headers,
        body: new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()),
      });
      response.writeHead(status, { "Content-Type": "text/plain; version=0.0.4" });
      response.end(status === 204 ? undefined : body);
    });
    const self = new HttpsServer(server);
    server.on("connection", () => self.connections++);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return self;
  }

  url(path: string): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
