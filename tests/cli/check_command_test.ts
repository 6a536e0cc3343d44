import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { randomSecret } from "../fakes/random_secret.ts";
import { runProgram, temporaryFolder } from "./program_run.ts";

function startSource() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const headers = { "Content-Type": "text/plain; version=0.0.4" };
    switch (new URL(request.url).pathname) {
      case "/metrics":
        return new Response("x".repeat(2048), { headers });
      case "/packed": {
        const body = new Uint8Array(gzipSync("up 1\n"));
        return new Response(body, { headers: { ...headers, "Content-Encoding": "gzip" } });
      }
      case "/untyped":
        return new Response(new Uint8Array(1));
      default:
        return new Response("no", { status: 404 });
    }
  });
  const address = `127.0.0.1:${server.addr.port}`;
  return { address, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Checks a config with these sources; gives the status and the lines, without their times. */
async function check(sources: readonly string[]) {
  await using folder = await temporaryFolder();
  const pairs = sources.map((source, index) => ({
    source,
    destination: `http://push.example/metrics/node/${index}`,
  }));
  const config = JSON.stringify({ bearer_token: randomSecret(), pairs });
  await Deno.writeTextFile(`${folder.path}/config.json`, config);
  const { code, stdout, stderr } = await runProgram(["sender", "check"], { cwd: folder.path });
  assertEquals(stderr, "");
  const cells = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  return { code, stdout, cells };
}

Deno.test("sender check prints a line for each source in the config's order, and returns 0", async () => {
  await using source = startSource();
  const at = `http://${source.address}`;
  const key = randomSecret();
  const { code, stdout, cells } = await check([
    `${at}/untyped`,
    `${at}/metrics?key=${key}`,
    `${at}/packed`,
  ]);
  const [heading, untyped, plain, packed, empty, end] = cells;
  assertEquals(heading, ["SOURCE", "RESULT", "SIZE", "TIME", "TYPE"]);
  assertEquals(plain!.toSpliced(3, 1), [
    `${at}/metrics`,
    "ok",
    "2KiB",
    "text/plain; version=0.0.4",
  ]);
  assertEquals(untyped!.toSpliced(3, 1), [`${at}/untyped`, "ok", "1B", "none"]);
  assertEquals(packed!.slice(0, 2), [`${at}/packed`, "ok"]);
  assertMatch(packed![2]!, /^\d+B gzip$/);
  for (const row of [untyped, plain, packed]) assertMatch(row![3]!, /^\d+ms$/);
  assertEquals([empty, end, code], [[""], ["3 of 3 sources answer"], 0]);
  assert(!stdout.includes(key), "the source's query is shown");
});

Deno.test("sender check says why a source can't be scraped, and returns 1", async () => {
  await using source = startSource();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const refused = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const { code, cells } = await check([
    `http://${source.address}/none`,
    `http://${source.address}/metrics`,
    `http://${refused}/metrics`,
  ]);
  assertEquals(cells[1]![1], `source_status: answered 404 (${source.address})`);
  assertEquals(cells[2]![1], "ok");
  assertEquals(cells[3]![1], `source_refused: connection refused (${refused})`);
  assertEquals([cells.at(-1), code], [["1 of 3 sources answer"], 1]);
});

Deno.test("sender check asks more sources than it asks at once", async () => {
  await using source = startSource();
  const sources = Array.from({ length: 40 }, (_, i) => `http://${source.address}/metrics?i=${i}`);
  const { code, cells } = await check(sources);
  assertEquals(cells.filter(([, result]) => result === "ok").length, 40);
  assertEquals([cells.at(-1), code], [["40 of 40 sources answer"], 0]);
});
