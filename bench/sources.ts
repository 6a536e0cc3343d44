// So many node exporters in one process, each on a port of its own. They say in turn what
// was made before the first was asked, gzipped to who takes that, as the real one does:
// what they take of the machine is little.
//
//   sources.ts COUNT SCRAPES.json [plain]

import { gzipSync } from "node:zlib";
import { NODE_TYPE, NodeBodies } from "./node_bodies.ts";

/** Bodies of each that take turns; only one and the next are ever compared. */
const TURNS = 4;

const [count = "1", file = "", packing = "gzip"] = Deno.args;
const isPlain = packing === "plain";
const headers = { "Content-Type": NODE_TYPE, ...(isPlain ? {} : { "Content-Encoding": "gzip" }) };
const bodies = new NodeBodies(JSON.parse(Deno.readTextFileSync(file)));
const encoder = new TextEncoder();
/** Answers, by what the query said. */
const asked = new Map<string, number>();

const ports = Array.from({ length: Number(count) }, (_, source) => {
  const turns = Array.from({ length: TURNS }, (_, pass) => {
    const plain = encoder.encode(bodies.text(source, pass));
    return isPlain ? plain : new Uint8Array(gzipSync(plain));
  });
  let turn = source;
  const answer = ({ url }: Request) => {
    if (url.endsWith("/asked")) return Response.json(Object.fromEntries(asked));
    const who = url.slice(url.lastIndexOf("=") + 1);
    asked.set(who, (asked.get(who) ?? 0) + 1);
    return new Response(turns[turn++ % TURNS], { headers });
  };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer).addr.port;
});
console.log(`ports ${ports.join(",")}`);
