import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { randomSecret } from "../fakes/random_secret.ts";
import { runProgram, temporaryFolder } from "./program_run.ts";

const TYPE = "text/plain; version=0.0.4; charset=utf-8";

function startSource() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const headers = { "Content-Type": TYPE };
    const packed = new Uint8Array(gzipSync("up 1\n"));
    switch (new URL(request.url).pathname) {
      case "/metrics":
        return new Response(`up 1 # ${"x".repeat(2039)}\n`.replace("1 #", "1\n#"), { headers });
      case "/packed":
        return new Response(packed, { headers: { ...headers, "Content-Encoding": "gzip" } });
      case "/cut":
        return new Response(packed.slice(0, 10), {
          headers: { ...headers, "Content-Encoding": "gzip" },
        });
      case "/untyped":
        return new Response(new TextEncoder().encode("up 1\nup 2\n"));
      case "/broken":
        return new Response("up 1\nup x\r\nup 3\r\n", { headers });
      default:
        return new Response("no", { status: 404 });
    }
  });
  const address = `127.0.0.1:${server.addr.port}`;
  return { address, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Checks a config with these sources; gives the status and the lines. */
async function check(
  sources: readonly string[],
  { args = [], settings = {} }: { args?: string[]; settings?: Record<string, unknown> } = {},
) {
  await using folder = await temporaryFolder();
  const pairs = sources.map((source, index) => ({
    source,
    destination: `http://push.example/metrics/node/${index}`,
  }));
  const config = JSON.stringify({ bearer_token: randomSecret(), ...settings, pairs });
  await Deno.writeTextFile(`${folder.path}/config.json`, config);
  const { code, stdout, stderr } = await runProgram(["sender", "check", ...args], {
    cwd: folder.path,
  });
  assertEquals(stderr, "");
  assert(!stdout.includes("\x1b"), "colours where there is no terminal");
  const lines = stdout.trimEnd().split("\n");
  return { code, stdout, lines, cells: lines.map((line) => line.split(/ {2,}/)) };
}

Deno.test("sender check prints a line for each source in the config's order, and returns 0", async () => {
  await using source = startSource();
  const at = `http://${source.address}`;
  const key = randomSecret();
  const header = randomSecret();
  const { code, stdout, lines, cells } = await check([
    `${at}/untyped`,
    `${at}/metrics?key=${key}`,
    `${at}/packed`,
  ], { settings: { headers: { "X-Key": header } } });
  const [heading, untyped, plain, packed] = cells;
  assertEquals(heading, ["SOURCE", "STATUS", "SERIES", "SIZE", "TIME", "TYPE"]);
  assertEquals(untyped!.toSpliced(4, 1), [`${at}/untyped`, "ok", "2", "10B", "none"]);
  assertEquals(plain!.toSpliced(4, 1), [`${at}/metrics`, "ok", "1", "2KiB", TYPE]);
  assertEquals(packed!.slice(0, 3), [`${at}/packed`, "ok", "1"]);
  assertMatch(packed![3]!, /^\d+B gzip$/);
  for (const row of [untyped, plain, packed]) assertMatch(row![4]!, /^\d+ms$/);
  assertEquals(lines.slice(4), [
    "",
    `${at}/untyped`,
    "  warning  The Content-Type is missing: Prometheus 3 would refuse that from the source " +
    "itself, and the receiver says text/plain in its place",
    "  warning  line 2: A series stands twice, of which Prometheus keeps the first sample",
    "",
    "3 of 3 sources are fit for Prometheus",
  ]);
  assertEquals(code, 0);
  for (const secret of [key, header]) assert(!stdout.includes(secret), "a secret is shown");
});

Deno.test("sender check says what Prometheus would refuse, and returns 1", async () => {
  await using source = startSource();
  const at = `http://${source.address}`;
  const { code, lines, cells } = await check([`${at}/broken`, `${at}/cut`]);
  assertEquals([cells[1]![1], cells[1]![2], cells[2]![1]], ["refused", "1", "refused"]);
  assertEquals(lines.slice(3), [
    "",
    `${at}/broken`,
    "  error    line 2: The line ends in CRLF, not in a line feed alone, and on 1 more",
    "",
    `${at}/cut`,
    "  error    The gzip body is cut or damaged",
    "",
    "0 of 2 sources are fit for Prometheus",
  ]);
  assertEquals(code, 1);
});

Deno.test("sender check says why a source can't be scraped, and returns 1", async () => {
  await using source = startSource();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const refused = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const { code, lines, cells } = await check([
    `http://${source.address}/none`,
    `http://${source.address}/metrics`,
    `http://${refused}/metrics`,
  ]);
  assertEquals([1, 2, 3].map((row) => cells[row]![1]), ["source_status", "ok", "source_refused"]);
  assertEquals(lines.slice(4), [
    "",
    `http://${source.address}/none`,
    `  error    answered 404 (${source.address})`,
    "",
    `http://${refused}/metrics`,
    `  error    connection refused (${refused})`,
    "",
    "1 of 3 sources are fit for Prometheus",
  ]);
  assertEquals(code, 1);
});

Deno.test("sender check --json prints the same as JSON", async () => {
  await using source = startSource();
  const at = `http://${source.address}`;
  const { code, stdout } = await check([`${at}/broken`, `${at}/none`], { args: ["--json"] });
  const { sources, ...rest } = JSON.parse(stdout);
  for (const each of sources) {
    assertEquals(typeof each.seconds, "number");
    delete each.seconds;
  }
  assertEquals([rest, code], [{ ok: false, warnings: [] }, 1]);
  assertEquals(sources, [{
    source: `${at}/broken`,
    ok: false,
    status: "refused",
    detail: null,
    type: TYPE,
    encoding: "identity",
    bytes: 17,
    unpacked_bytes: 17,
    series: 1,
    findings: [{
      severity: "error",
      refused_by: "all",
      line: 2,
      lines: 2,
      message: "The line ends in CRLF, not in a line feed alone",
    }],
    more_findings: 0,
  }, {
    source: `${at}/none`,
    ok: false,
    status: "source_status",
    detail: `answered 404 (${source.address})`,
    type: null,
    encoding: null,
    bytes: null,
    unpacked_bytes: null,
    series: null,
    findings: [],
    more_findings: 0,
  }]);
});

Deno.test("sender check looks at what keep and drop leave", async () => {
  await using source = startSource();
  const { code, cells } = await check([`http://${source.address}/broken`], {
    settings: { drop: ["up"] },
  });
  assertEquals([cells[1]!.slice(1, 3), code], [["ok", "0"], 0]);
});

Deno.test("sender check asks more sources than it asks at once", async () => {
  await using source = startSource();
  const sources = Array.from({ length: 40 }, (_, i) => `http://${source.address}/metrics?i=${i}`);
  const { code, cells } = await check(sources);
  assertEquals(cells.filter(([, status]) => status === "ok").length, 40);
  assertEquals([cells.at(-1), code], [["40 of 40 sources are fit for Prometheus"], 0]);
});
