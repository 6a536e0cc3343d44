// prompipe's own receiver.

import { BenchReceiver, type Program } from "../program.ts";
import { acceptHeaders, packed, packedHeaders, type Peer } from "./peer.ts";

const PATH = "/metrics/bench/one";

export async function startReceiver(program: Program, args: readonly string[] = []): Promise<Peer> {
  const receiver = await BenchReceiver.start(program, args);
  return {
    name: "prompipe",
    pids: [receiver.process.pid],
    put: (body, encoding) => ({
      method: "PUT",
      url: `http://${receiver.push}${PATH}`,
      headers: {
        Authorization: `Bearer ${receiver.token}`,
        ...packedHeaders(encoding),
      },
      body: packed(body, encoding),
    }),
    get: (encoding) => ({
      method: "GET",
      url: `http://${receiver.scrape}${PATH}`,
      headers: acceptHeaders(encoding),
    }),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}
