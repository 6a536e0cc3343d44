// What is pushed: expositions of some sizes, as real ones are.

import { gzipSync } from "node:zlib";
import { NodeExporter } from "../tests/e2e/node_exporter.ts";
import { part } from "../tests/parts.ts";

export interface Body {
  /** Such as "57 KB". */
  readonly size: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

/** Of a node exporter that runs here; where there is none, made up in its size. */
export async function nodeBody(): Promise<Body> {
  const found = part("node-exporter");
  if ("missing" in found) return madeBody(57_000);
  await using exporter = await NodeExporter.start(found);
  // The first answer is shorter: the exporter counts its own.
  for (let i = 0; i < 2; i++) await (await fetch(exporter.url)).bytes();
  return bodyOf(await (await fetch(exporter.url)).bytes());
}

/** Made up, of about so many bytes. */
export function madeBody(bytes: number): Body {
  return bodyOf(new TextEncoder().encode(application(bytes)));
}

function bodyOf(plain: Uint8Array<ArrayBuffer>): Body {
  return { size: sizeName(plain.length), plain, gzip: new Uint8Array(gzipSync(plain)) };
}

/** Such as "57 KB". */
export function sizeName(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${Math.round(bytes / 1e6)} MB`;
}

const ROUTES = ["/", "/login", "/api/v1/orders", "/api/v1/orders/{id}", "/api/v1/customers"];
const BUCKETS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "+Inf"];

/** What a service of some routes says: histograms mostly, and a gauge for each of them. */
function application(bytes: number): string {
  const random = randomness();
  const pieces: string[] = [];
  let length = 0;
  const add = (text: string) => {
    pieces.push(text);
    length += text.length;
  };
  for (let family = 0; length < bytes; family++) {
    const name = `shop_module_${family}_request_duration_seconds`;
    add(`# HELP ${name} How long requests to module ${family} took\n# TYPE ${name} histogram\n`);
    for (const route of ROUTES) {
      for (const code of ["200", "404", "500"]) {
        if (length >= bytes) break;
        const labels = `code="${code}",route="${route}"`;
        let count = 0;
        for (const le of BUCKETS) {
          count += Math.floor(random() * 10_000);
          add(`${name}_bucket{${labels},le="${le}"} ${count}\n`);
        }
        add(`${name}_sum{${labels}} ${count * random()}\n${name}_count{${labels}} ${count}\n`);
      }
    }
  }
  return pieces.join("");
}

/** The same numbers in every run, from 0 to 1. */
function randomness(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
