// Draws docs/status-page.png and its likes, of an hour that is made up:
// `deno run --allow-all tests/e2e/screenshot.ts`.

import { join } from "@std/path";
import { gzipSync } from "node:zlib";
import { part } from "../parts.ts";
import { Chromium } from "./chromium.ts";
import { type MadePush, type MadeScrape, PastReceiver } from "./page_hour.ts";

const HOUR_MS = 3_600_000;
const DOCS = join(import.meta.dirname!, "..", "..", "docs");

/** The same numbers in every run. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Of about so many bytes, packed. */
function exposition(packedBytes: number): Uint8Array<ArrayBuffer> {
  const lines = Array.from(
    { length: packedBytes / 8 },
    (_, index) =>
      `series_of_some_length_total{number="${index}"} ${(index * 2_654_435_761) % 99_991}\n`,
  );
  return new Uint8Array(gzipSync(lines.join("")));
}

const SITES = [
  { site: "helsinki", job: "node", hosts: 5, address: "192.0.2.14", everyS: 4 },
  { site: "tampere", job: "node", hosts: 4, address: "198.51.100.8", everyS: 4 },
  { site: "greenhouse", job: "climate", hosts: 4, address: "203.0.113.77", everyS: 15 },
  { site: "cabin", job: "weather", hosts: 2, address: "203.0.113.140", everyS: 60 },
];

function hour(): (MadePush | MadeScrape)[] {
  const random = randomness(7);
  const events: (MadePush | MadeScrape)[] = [];
  for (const { site, job, hosts, address, everyS } of SITES) {
    for (let host = 1; host <= hosts; host++) {
      const instance = `${site}-rpi${host}`;
      const kilobytes = 2 + 9 * random();
      const room = ["attic", "cellar", "hall", "shed", "yard"][host - 1]!;
      const wobbly = site === "cabin";
      const silentFromMs = site === "tampere" && host === 3 ? 0.72 * HOUR_MS : Infinity;
      const refusedFromMs = site === "greenhouse" && host === 2 ? 0.85 * HOUR_MS : Infinity;
      const aheadS = site === "cabin" && host === 2 ? 7_260 : 0;
      for (let atMs = 1000 * random(); atMs < HOUR_MS; atMs += everyS * 1000) {
        if (atMs > silentFromMs || (wobbly && random() < 0.25)) continue;
        const refused = atMs > refusedFromMs;
        const size = kilobytes * (1 + 0.15 * Math.sin(atMs / 4e5)) + random();
        events.push({
          atMs: atMs + 300 * random(),
          job,
          instance,
          address,
          token: site,
          headers: {
            "User-Agent": "prompipe/0.1.0",
            "Prompipe-Interval": String(everyS),
            "Prompipe-Ttl": String(3 * everyS + 10),
            "Prompipe-Labels": `site=${site}&room=${room}`,
            "Prompipe-Scraped-At": String(PastReceiver.epochS(atMs) + aheadS),
            ...(refused
              ? { "Content-Type": "application/problem+json" }
              : { "Content-Encoding": "gzip" }),
          },
          body: refused
            ? '{"cause":"source_refused","detail":"connection refused (127.0.0.1:9100)"}'
            : exposition(1024 * size),
        });
      }
      const scrapedMs = HOUR_MS - 14_000 * random();
      for (const agoMs of [15_000, 0]) {
        events.push({
          atMs: scrapedMs - agoMs,
          path: `/metrics/${job}/${instance}`,
        });
      }
    }
  }
  return events;
}

const VIEWS = [
  { name: "status-page.png", width: 1280, height: 860 },
  { name: "status-page-phone.png", width: 390, height: 844 },
];

async function main(folder: string): Promise<number> {
  const found = part("chromium");
  if ("missing" in found) {
    console.error(found.missing);
    return 1;
  }
  await using receiver = new PastReceiver(SITES.map(({ site }) => site));
  await receiver.live(hour(), HOUR_MS + 3_000);
  await using chromium = await Chromium.start(found);
  for (const { name, ...options } of VIEWS) {
    await using opened = await chromium.open(`${receiver.url}/`, options);
    await opened.page.waitForSelector("html.is-live .age[d^=M]");
    await opened.page.screenshot({ path: join(folder, name) });
    console.log(join(folder, name));
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args[0] ?? DOCS));
