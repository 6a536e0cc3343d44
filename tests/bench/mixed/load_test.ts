// The load tells what a receiver loses: here is one that does.

import { assert, assertEquals } from "@std/assert";
import type { MixedJob, MixedLine } from "../../../bench/mixed/job.ts";
import { runScript } from "../../../bench/source_fleet.ts";
import { TempDir } from "../../e2e/temp_dir.ts";

interface Told {
  readonly refused: number;
  readonly lost: number;
}

/** Runs the load against a store that is told of every push, and keeps it or not. */
async function run(keep: (push: number) => boolean): Promise<Told> {
  const stored = new Map<string, Uint8Array<ArrayBuffer>>();
  let pushes = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (request.method === "GET") return new Response(stored.get(request.url));
      const body = await request.bytes();
      if (keep(++pushes) || !stored.has(request.url)) stored.set(request.url, body);
      return new Response(null, { status: 204 });
    },
  );
  const address = `127.0.0.1:${server.addr.port}`;
  const scrape = "up 1\nload 0.5\n";
  const job: MixedJob = {
    ...{ pushAddress: address, scrapeAddress: address, token: "" },
    ...{ targets: 5, intervalMs: 50, scrapers: 2, intervalsPerScrape: 2 },
    ...{ pushConnections: 2, scrapeConnections: 2, calibrateMs: 20, windowMs: 300, windows: 1 },
    scrapes: { first: scrape, second: scrape },
  };
  await using folder = await TempDir.make();
  await using load = runScript("mixed/load.ts", [
    await folder.write("job.json", JSON.stringify(job)),
  ]);
  await load.status;
  const lines = load.output.trim().split("\n").map((line): MixedLine => JSON.parse(line));
  const [window] = lines.flatMap((line) => line.kind === "window" ? [line] : []);
  assert(window !== undefined && window.pushes > 0 && window.scrapes > 0, load.output);
  const [ended] = lines.flatMap((line) => line.kind === "ended" ? [line] : []);
  return { refused: window.refused, lost: window.lost + ended!.lost };
}

Deno.test("the mixed load tells of no loss where every push is kept", async () => {
  assertEquals(await run(() => true), { refused: 0, lost: 0 });
});

Deno.test("the mixed load tells of a loss where pushes are answered and not kept", async () => {
  assert((await run((push) => push % 3 > 0)).lost > 0);
});
