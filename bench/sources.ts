// So many HTTP sources in one process, each on a port of its own with 60 KB of its own.

import { gzipSync } from "node:zlib";

const [count = "1", gzip = "false"] = Deno.args;
const SIZE_BYTES = 60_000;
const TYPE = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" };
let asked = 0;

const ports = Array.from({ length: Number(count) }, (_, source) => {
  const plain = new TextEncoder().encode(exposition(source));
  const body = gzip === "true" ? new Uint8Array(gzipSync(plain)) : plain;
  const headers = gzip === "true" ? { ...TYPE, "Content-Encoding": "gzip" } : TYPE;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (request.url.endsWith("/asked")) return new Response(String(asked));
    asked++;
    return new Response(body, { headers });
  });
  return server.addr.port;
});
console.log(`ports ${ports.join(",")}`);

/** Families of some series, as an exporter of a machine has them. */
function exposition(source: number): string {
  let text = "";
  for (let family = 0; text.length < SIZE_BYTES; family++) {
    const name = `node_bench_family_${family}_seconds_total`;
    text += `# HELP ${name} Seconds that something took\n# TYPE ${name} counter\n`;
    for (let cpu = 0; cpu < 8; cpu++) {
      text += `${name}{cpu="${cpu}",mode="idle"} ${(source + 1) * (family * 8 + cpu) * 1.37}\n`;
    }
  }
  return text;
}
