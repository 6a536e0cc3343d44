// What a scrape on demand takes more than a direct one of the same node exporter on loopback.
// Runs with PROMPIPE_TEST_FULL=1 alone, of the portable file: a machine that has other work
// fails it.

import { assert } from "@std/assert";
import { BenchReceiver, Program } from "../../bench/program.ts";
import { createGet } from "../../sender/http_source.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/node/rpi";
const SAMPLES = 600;
const WARM_UP = 50;
const PAUSE_MS = 20;
const MAX_MORE_MS = { p50: 5, p99: 15 };
const SOON_MS = 30_000;
/** Of Prometheus 3. */
const ACCEPT = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
  "application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

/** Milliseconds from the request to the last byte of the answer. */
class Timer implements Disposable {
  readonly #get = createGet();
  #asked = 0;

  async time(url: URL): Promise<number> {
    const headers = {
      // Whoever wants the same within 100 ms would get the same answer.
      "Accept": `${ACCEPT},x/${++this.#asked};q=0.1`,
      "Accept-Encoding": "gzip",
      "X-Prometheus-Scrape-Timeout-Seconds": "10",
    };
    const { signal } = new AbortController();
    const startMs = performance.now();
    const { status, body } = await this.#get(url, { headers, signal, maxBodyBytes: 2 ** 24 });
    const tookMs = performance.now() - startMs;
    assert(status === 200, `${status} ${new TextDecoder().decode(body)}`);
    return tookMs;
  }

  [Symbol.dispose](): void {
    this.#get[Symbol.dispose]();
  }
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1]!;
}

if (Deno.env.get("PROMPIPE_TEST_FULL") === "1") {
  testWithParts(
    "a scrape on demand takes at most 5 ms more than a direct one, and 99 of 100 at most 15",
    ["node-exporter"],
    async (parts) => {
      await using program = new Program("portable");
      await using folder = await TempDir.make();
      await using exporter = await NodeExporter.start(parts["node-exporter"]);
      await using receiver = await BenchReceiver.start(program);
      const destination = `ws://${receiver.push}${PATH}`;
      const pair = { source: exporter.url, destination, mode: "on_demand" };
      const config = { bearer_token: receiver.token, pairs: [pair] };
      const file = await folder.write("config.json", JSON.stringify(config));
      await using _sender = await program.start(["sender", "--config", file]);
      using timer = new Timer();
      const urls = [new URL(exporter.url), new URL(`http://${receiver.scrape}${PATH}`)] as const;
      await waitFor(() => timer.time(urls[1]), { timeoutMs: SOON_MS, what: "the sender" });

      const taken = { direct: [] as number[], piped: [] as number[] };
      for (let at = -WARM_UP; at < SAMPLES; at++) {
        const [direct, piped] = [await timer.time(urls[0]), await timer.time(urls[1])];
        if (at >= 0) {
          taken.direct.push(direct);
          taken.piped.push(piped);
        }
        await new Promise((go) => setTimeout(go, PAUSE_MS));
      }
      for (const [name, share] of [["p50", 0.5], ["p99", 0.99]] as const) {
        const [direct, piped] = [percentile(taken.direct, share), percentile(taken.piped, share)];
        console.log(
          `${name} of ${SAMPLES}: direct ${direct.toFixed(1)} ms, on demand ${piped.toFixed(1)} ms`,
        );
        assert(piped - direct <= MAX_MORE_MS[name], `${name}: ${piped - direct} ms more`);
      }
    },
  );
}
