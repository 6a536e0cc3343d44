// A `fetch` for destinations whose certificate is to be checked otherwise than `fetch` can:
// by another name, or not at all. Proxies of the environment are passed by.

import * as https from "node:https";
import { Readable } from "node:stream";
import type { KeptFetch } from "./connections.ts";
import { closeFree } from "./http_source.ts";
import type { Tls } from "./pair.ts";
import { destinationOptions } from "./tls.ts";

/** Makes one that keeps its connections open between calls. It follows no redirects. */
export function createTlsFetch(tls: Tls): KeptFetch {
  const agent = new https.Agent({ keepAlive: true, ...destinationOptions(tls) });

  function tlsFetch(url: URL, { method, headers, body, signal }: RequestInit): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const outgoing = https.request(url, {
      agent,
      ...method !== undefined && { method },
      headers: Object.fromEntries(new Headers(headers)),
    }, (incoming) => {
      const status = incoming.statusCode ?? 0;
      if (status < 200 || status > 599) { // no Response can have it
        reject(new Error(`answered ${status}`));
        outgoing.destroy();
        return;
      }
      const empty = status === 204 || status === 205 || status === 304;
      if (empty) incoming.resume();
      resolve(
        new Response(empty ? null : Readable.toWeb(incoming) as ReadableStream<Uint8Array>, {
          status,
          headers: Object.entries(incoming.headers).flatMap(([name, value]) =>
            [value].flat().map((each): [string, string] => [name, each ?? ""])
          ),
        }),
      );
    });
    outgoing.on("error", reject);
    const abort = () => {
      outgoing.reusedSocket = false; // else it would be asked again
      outgoing.destroy();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    outgoing.on("close", () => {
      signal?.removeEventListener("abort", abort);
      reject(new Error("connection closed")); // without an answer, or with another protocol
    });
    if (signal?.aborted) abort();
    else outgoing.end(body ?? undefined);
    return promise;
  }

  return Object.assign(tlsFetch, {
    closeIdle: () => closeFree(agent),
    [Symbol.dispose]: () => agent.destroy(),
  });
}
