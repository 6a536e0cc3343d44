// The doctor names the cause of each broken set-up, on the way to a real receiver.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Finding } from "../../sender/doctor/mod.ts";
import { runProgram } from "../cli/program_run.ts";
import { Authority } from "../fakes/certificates.ts";
import { testWithParts } from "../parts.ts";
import { culprit, ingress, Room, serve, TARGET } from "./doctor_room.ts";
import { freePort } from "./free_port.ts";
import { newToken } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";

const HOUR_MS = 60 * 60 * 1000;

testWithParts("diagnose() names the cause of each broken set-up", ["openssl"], async (parts) => {
  await using room = await Room.open();
  const { receiver } = room;
  const good = receiver.destination("");
  const scrapeUrl = `http://127.0.0.1:${receiver.scrapePort}`;

  const sound = await room.find(good, {}, { scrapeUrl });
  assertEquals(sound.filter(({ level }) => level !== "ok"), []);
  assertStringIncludes(JSON.stringify(sound), "Prometheus gets 200");

  const found: Record<string, string> = {};
  const closed = `http://127.0.0.1:${freePort()}`;
  found["no such host"] = culprit(await room.find("http://nowhere.test"));
  found["nothing listens"] = culprit(await room.find(closed));
  found["wrong token"] = culprit(await room.find(good, { bearer_token: newToken() }));
  found["expired token"] = culprit(await room.find(good, { bearer_token: room.expired }));
  found["out of scope"] = culprit(await room.find(good, { bearer_token: room.scoped }));
  const theirs = { bearer_token: room.scoped };
  await room.find(good, theirs, { path: "/metrics/other/x" });
  found["another's target"] = culprit(await room.find(good, {}, { path: "/metrics/other/x" }));
  found["source is down"] = culprit(await room.find(good, { source: `${closed}/metrics` }));
  found["wrong port"] = culprit(await room.find(scrapeUrl));
  found["wrong path"] = culprit(await room.find(`${good}/prefix`));
  found["not read back"] = culprit(await room.find(good, {}, { scrapeUrl: good }));

  const long = { labels: Object.fromEntries(["a", "b"].map((name) => [name, "x"])) };
  await using large = serve(() => {
    const random = crypto.getRandomValues(new Uint8Array(4096)).toHex();
    return new Response(`# ${random}\nx 1\n`, { headers: { "Content-Type": "text/plain" } });
  });
  const tooLarge = { ...long, source: `${large.url}/metrics` };
  found["too large for the receiver"] = culprit(await room.find(good, tooLarge));

  await using bare = ingress(receiver, { request: (headers) => headers.delete("authorization") });
  found["token taken away"] = culprit(await room.find(bare.url));
  await using late = ingress(receiver, {
    answer: (headers) => headers.set("date", new Date(Date.now() + HOUR_MS).toUTCString()),
  });
  found["clock is off"] = culprit(await room.find(late.url), "warning");

  const statuses = {
    "no PUT": 405,
    "body limit": 413,
    "not routed": 404,
    "receiver down behind it": 502,
    "receiver hangs behind it": 504,
    "wants a login": 401,
  };
  for (const [name, status] of Object.entries(statuses)) {
    await using proxy = serve((request) =>
      new URL(request.url).pathname === "/healthz"
        ? new Response("ok")
        // A probe without a token is no push.
        : new Response("<html>", { status: request.headers.has("authorization") ? status : 400 })
    );
    found[name] = culprit(await room.find(proxy.url));
  }
  await using nginx = serve((request) =>
    new Response(null, { status: request.headers.has("authorization") ? 204 : 413 })
  );
  found["body limit to come"] = culprit(await room.find(nginx.url), "warning");
  await using portal = serve(() => new Response("<html>Welcome"));
  found["captive portal"] = culprit(await room.find(portal.url));
  await using moved = serve(() =>
    new Response(null, { status: 301, headers: { Location: `https://127.0.0.1:1${TARGET}` } })
  );
  found["redirect"] = culprit(await room.find(moved.url));
  const answers = Promise.withResolvers<Response>();
  await using silent = serve((request) =>
    request.headers.has("authorization") ? answers.promise : new Response(null, { status: 401 })
  );
  found["no answer"] = culprit(await room.find(silent.url));
  answers.resolve(new Response());

  await using authority = await Authority.make(parts.openssl);
  await using folder = await TempDir.make();
  const ca = { destination_tls: { ca_file: await folder.write("ca.pem", authority.cert) } };
  const taken = () => new Response(null, { status: 204 });
  await using tls = serve(taken, await authority.issue("IP:127.0.0.1"));
  await using other = serve(taken, await authority.issue("DNS:other.test"));
  await using old = serve(taken, await authority.issueExpired("IP:127.0.0.1"));
  const https = ({ port }: { port: number }) => `https://127.0.0.1:${port}`;
  assertStringIncludes(culprit(await room.find(https(tls), ca), "warning"), "expires in 1 day");
  found["unknown authority"] = culprit(await room.find(https(tls)));
  found["another's certificate"] = culprit(await room.find(https(other), ca));
  found["expired certificate"] = culprit(await room.find(https(old), ca));
  found["no TLS there"] = culprit(await room.find(`https://127.0.0.1:${receiver.pushPort}`));
  found["TLS there"] = culprit(await room.find(`http://127.0.0.1:${tls.port}`));

  const expected: Record<string, RegExp> = {
    "no such host": /^name: .*no such host → check the host/,
    "nothing listens": /^connection: .*connection refused → see that the receiver/,
    "wrong token": /^push: .*401.*→ the receiver doesn't know this token/,
    "expired token": /^push: .*401.*expired/,
    "out of scope": /^push: .*403.*→ .*"targets"/,
    "another's target": /^push: .*409.*→ two senders/,
    "source is down": /^source: .*source_refused: connection refused/,
    "wrong port": /^push: .*405.*→ that is the scrape listener/,
    "wrong path": /^push: .*404.*→ end the destination/,
    "not read back": /^read back: .*→ see that this is the scrape listener/,
    "too large for the receiver": /^push: .*413.*→ raise max_body/,
    "token taken away": /^push: .*→ what stands before .*Authorization header/,
    "clock is off": /^clock: .*behind → set it by NTP/,
    "no PUT": /^push: what stands before .*405 → .*PUT/,
    "body limit": /^push: what stands before .*413 → .*client_max_body_size/,
    "not routed": /^push: what stands before .*404 → .*route/,
    "receiver down behind it": /^push: what stands before .*502 → it can't reach/,
    "receiver hangs behind it": /^push: what stands before .*504 → .*in time/,
    "wants a login": /^push: what stands before .*401 → .*credentials/,
    "body limit to come": /^ingress: .*4MiB.*client_max_body_size/,
    "captive portal": /^push: 200 came from something else.*captive portal/,
    "redirect": /^push: redirected to https:\/\/127.0.0.1:1 →/,
    "no answer": /^push: no answer in 1s →/,
    "unknown authority": /^tls: nobody who is trusted.*→ set "ca_file"/,
    "another's certificate": /^tls: .*another name.*server_name/,
    "expired certificate": /^tls: .*expired.*renew/,
    "no TLS there": /^tls: .*plain HTTP.*http:\/\//,
    "TLS there": /^push: .*→ .*https:\/\//,
  };
  assertEquals(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, pattern] of Object.entries(expected)) assertMatch(found[name]!, pattern, name);
});

Deno.test("sender doctor tells by its status whether the pipe works, as text and as JSON", async () => {
  await using room = await Room.open();
  await using folder = await TempDir.make();
  const { receiver } = room;
  const run = async (token: string, ...args: string[]) => {
    const pair = {
      source: `http://127.0.0.1:${receiver.scrapePort}/metrics`,
      destination: receiver.destination(TARGET),
      keep: ["process_start_time_seconds"],
    };
    const config = JSON.stringify({ bearer_token: token, pairs: [pair] });
    const path = await folder.write("config.json", config);
    return await runProgram(["sender", "doctor", "--config", path, ...args]);
  };
  const good = await run(receiver.token);
  assertEquals([good.code, good.stderr], [0, ""]);
  assertMatch(good.stdout, /\n {2}ok {7}push {8}\/metrics\/node\/rpi was taken in \d+ms\n/);
  assertMatch(good.stdout, /\nThe pipe works\n$/);

  const bad = await run(newToken());
  assertEquals(bad.code, 1);
  assertMatch(bad.stdout, /\n {2}STOP {5}push .*\n {23}→ the receiver doesn't know this token/);
  assertMatch(bad.stdout, /\n1 finding stops the pipe\n$/);

  const json = JSON.parse((await run(newToken(), "--json")).stdout);
  assertEquals(json.ok, false);
  const stop = json.receivers[0].findings.find((each: Finding) => each.level === "stop");
  assertEquals(stop.step, "push");
  assertMatch(stop.remedy, /bearer_token/);
});

Deno.test("sender doctor looks at self too, and says so where there is nothing to push", async () => {
  await using room = await Room.open();
  await using folder = await TempDir.make();
  const { receiver } = room;
  const run = async (config: unknown) => {
    const path = await folder.write("config.json", JSON.stringify(config));
    return await runProgram(["sender", "doctor", "--config", path]);
  };
  const port = freePort();
  const self = await run({
    bearer_token: receiver.token,
    pairs: [{
      source: `http://127.0.0.1:${receiver.scrapePort}/metrics`,
      destination: receiver.destination(TARGET),
    }],
    self: { destination: `http://127.0.0.1:${port}/metrics/sender/rpi` },
  });
  assertEquals(self.code, 1);
  assertMatch(
    self.stdout,
    new RegExp(`STOP {5}connection {2}127.0.0.1:${port}: connection refused`),
  );
  // A connection that is refused ends it: nothing is said of TLS.
  assertEquals(self.stdout.match(/ tls /g)?.length, 1);

  const sources = [{ files: ["none/*.json"], destination: receiver.destination(TARGET) }];
  const none = await run({ bearer_token: receiver.token, sources });
  assertEquals([none.code, none.stdout], [1, ""]);
  assertStringIncludes(none.stderr, 'no target to push:\n  "none/*.json" matches no file');
});
