// A day's pushes as fast as they are taken, as a process of its own. Usage:
// soak_load.ts put|stream PUSH_PORT SCRAPE_PORT PID TARGETS PUSHES GUESTS, with TOKEN in the
// environment: so many pushes of each target, between them so many targets that come once and
// go, each fourth push read back; then one line of JSON. What is read back has to be the last
// that was acknowledged.

import { bytes, head } from "../e2e/raw_http.ts";
import { openFiles, residentMib } from "./proc.ts";
import { Http, PutWay, StreamWay } from "./soak_ways.ts";

/** What the receiver took at one time. */
export interface SoakSample {
  /** Of the day. */
  readonly hour: number;
  readonly residentMib: number;
  readonly files: number;
}

/** What came of it. */
export interface SoakResult {
  readonly pushes: number;
  readonly reads: number;
  readonly seconds: number;
  readonly samples: readonly SoakSample[];
}

const CONNECTIONS = 8;
const HOURS = 24;
const SAMPLES_AN_HOUR = 10;
/** Acknowledgements of a stream come together: to wait for one each time takes long. */
const READ_EVERY = { put: 4, stream: 200 };

if (import.meta.main) {
  const [kind, ...numbers] = Deno.args;
  const [pushPort = 0, scrapePort = 0, pid = 0, targets = 0, pushes = 0, guests = 0] = numbers
    .map(Number);
  const startMs = performance.now();
  const all = targets * pushes;
  const guestEvery = Math.max(1, Math.floor(all / guests));
  const samples: SoakSample[] = [];
  let done = 0;
  let reads = 0;
  let guest = 0;
  let ended = 0;
  const token = Deno.env.get("TOKEN") ?? "";
  const open = () => (kind === "stream" ? StreamWay : PutWay).open(pushPort, token);

  await Promise.all(Array.from({ length: CONNECTIONS }, async (_, first) => {
    const way = await open();
    const reader = await Http.open(scrapePort);
    for (let push = 0; push < pushes; push++) {
      for (let target = first; target < targets; target += CONNECTIONS) {
        const body = bodyOf(target, push);
        await way.push(`soak/${target}`, body);
        const number = ++done;
        if (number % guestEvery === 0 && guest < guests) await way.guest(`guest/${guest++}`, body);
        if (number % (kind === "stream" ? READ_EVERY.stream : READ_EVERY.put) === 0) {
          reads++;
          await way.acknowledged();
          const { status, body: read } = await reader.ask(
            bytes(head("GET", `/metrics/soak/${target}`, { Connection: "keep-alive" })),
          );
          if (status !== 200 || !equal(read, body)) {
            throw new Error(`target ${target} served ${status}, ${read.length} bytes`);
          }
        }
        if (ended > 0 || number % Math.ceil(all / HOURS / SAMPLES_AN_HOUR) !== 0) continue;
        const hour = number / all * HOURS;
        samples.push({ hour, residentMib: residentMib(pid), files: openFiles(pid) });
      }
    }
    ended++;
    await way.acknowledged();
    way.close();
    reader.close();
  }));
  const seconds = (performance.now() - startMs) / 1000;
  const result: SoakResult = { pushes: done + guest, reads, seconds, samples };
  console.log(JSON.stringify(result));
  Deno.exit(0);
}

/** Of some 1.5 KB; a few lines of it are others each time. */
function bodyOf(target: number, push: number): Uint8Array<ArrayBuffer> {
  const lines = Array.from(
    { length: 40 },
    (_, i) => `soak_metric_${i}{target="${target}"} ${i % 8 === 0 ? push : i}\n`,
  );
  return bytes(lines.join(""));
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
