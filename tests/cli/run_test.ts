import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../receiver/token_book.ts";
import { credentialName } from "../../systemd/credential_name.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { configOf } from "../sender/config_file.ts";
import { runProgram, temporaryFolder } from "./program_run.ts";

const STEPS = "no such file. Three steps to one:\n" +
  "  prompipe sender exampleconfig > config.json    make one, then edit it\n" +
  "  prompipe sender check                          see whether its sources answer\n" +
  "  prompipe sender                                pipe\n";

Deno.test("run() returns 0 for what is done, and its result stands on standard output", async () => {
  for (const line of ["--version", "--help", "sender --help", "completions bash", "man"]) {
    const { code, stdout, stderr } = await runProgram(line.split(" "));
    assertEquals([code, stderr], [0, ""], line);
    assert(stdout.length > 0 && stdout.endsWith("\n") && !stdout.endsWith("\n\n"), line);
  }
});

Deno.test("run() returns 2 for wrong use, and says so on standard error", async () => {
  for (const line of ["", "sendr", "sender chek", "sender --conifg x", "receiver --max-body 1"]) {
    const { code, stdout, stderr } = await runProgram(line.split(" ").filter(Boolean));
    assertEquals([code, stdout], [2, ""], line);
    assert(stderr !== "", line);
  }
});

Deno.test("run() returns 2 for a state directory that a service could not write to", async () => {
  const { code, stdout, stderr } = await runProgram(["receiver", "install", "--state-dir", "/x"]);
  assertEquals([code, stdout], [2, ""]);
  assertEquals(
    stderr,
    'prompipe: Cannot install with --state-dir "/x": leave it out, the service has its own in ' +
      "/var/lib/prompipe-receiver\n",
  );
});

Deno.test("run() prints an example config that can be used as it is", async () => {
  const { code, stdout } = await runProgram(["sender", "exampleconfig"]);
  assertEquals(code, 0);
  await configOf(stdout);
});

Deno.test("run() returns 2 for a config that isn't there, with the steps to one", async () => {
  await using folder = await temporaryFolder();
  for (const command of [["sender"], ["sender", "check"], ["sender", "install", "--print"]]) {
    assertEquals(await runProgram(command, { cwd: folder.path }), {
      code: 2,
      stdout: "",
      stderr: `prompipe: Cannot read config "config.json": ${STEPS}`,
    });
  }
});

Deno.test("run() returns 2 for a config with faults, and tells them all without a secret", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/faulty.json`;
  const secret = randomSecret();
  const config = { bearer_token: `${secret} `, pairs: [], intervall: "4s" };
  await Deno.writeTextFile(path, JSON.stringify(config));
  const { code, stdout, stderr } = await runProgram(["sender", "check", "--config", path]);
  assertEquals([code, stdout], [2, ""]);
  assert(!stderr.includes(secret), "the token is shown");
  assertEquals(
    stderr,
    `prompipe: Cannot load config "${path}":\n` +
      '  "bearer_token" must be the receiver\'s token: visible ASCII characters without spaces; ' +
      "its value is not shown\n" +
      '  "intervall" is unknown; did you mean "interval"?\n' +
      '  "pairs" must be a list with at least one {"source": …, "destination": …}; it is empty\n',
  );
});

Deno.test("run() returns 2 for a config that is a folder", async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await runProgram(["sender", "check", "--config", folder.path]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, `Cannot read config "${folder.path}": `);
});

Deno.test("run() returns 2 for a receiver without a token, before it listens", async () => {
  const { code, stdout, stderr } = await runProgram(["receiver", "--push-listen", "127.0.0.1:0"]);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "prompipe: Cannot start the receiver: no token");
});

Deno.test("run() prints a receiver's example config that check takes, its token beside it", async () => {
  await using folder = await temporaryFolder();
  const made = await runProgram(["receiver", "exampleconfig"]);
  assertEquals(made.code, 0);
  const token = /"bearer_token": "([\w-]{22})"/.exec(made.stderr)?.[1];
  assert(token !== undefined && !made.stdout.includes(token), "the token stands in the config");
  assertEquals(JSON.parse(made.stdout).tokens[0].sha256, sha256(token));
  await Deno.writeTextFile(`${folder.path}/receiver.json`, made.stdout);
  const { code, stdout, stderr } = await runProgram(["receiver", "check"], { cwd: folder.path });
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  assertEquals(rows[0], [
    "TOKEN",
    "EXPIRES",
    "MAX TARGETS",
    "MAX BODY",
    "PUSHES/MIN",
    "TARGETS",
  ]);
  assertEquals(rows[1]!.toSpliced(1, 1), [
    "greenhouse",
    "100",
    "10MiB",
    "6000",
    "greenhouse/* */rpi-*",
  ]);
  assertEquals(rows.slice(2), [[""], ["1 token"]]);
});

Deno.test("run() prints both halves of a token, and none of a name that can't be", async () => {
  const { code, stdout, stderr } = await runProgram(["receiver", "token", "kitchen"]);
  assertEquals([code, stderr], [0, ""]);
  const token = /"bearer_token": "([\w-]{22})"/.exec(stdout)?.[1];
  assert(token !== undefined);
  assertEquals(JSON.parse(stdout.slice(stdout.indexOf("    {"))), {
    name: "kitchen",
    sha256: sha256(token),
    targets: ["kitchen/*"],
  });
  for (const name of ["a b", "", "BEARER_TOKEN", "-x", "a/b"]) {
    const wrong = await runProgram(["receiver", "token", "--", name]);
    assertEquals([wrong.code, wrong.stdout], [2, ""], name);
    assertStringIncludes(wrong.stderr, `Cannot make token ${JSON.stringify(name)}: its name must`);
  }
});

Deno.test("run() tells every fault of a receiver's config with status 2, and the expired tokens", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/r.json`;
  const secret = randomSecret();
  await Deno.writeTextFile(path, JSON.stringify({ tokens: [{ name: "a", sha256: secret }], x: 1 }));
  const faulty = await runProgram(["receiver", "check", "--config", path]);
  assertEquals([faulty.code, faulty.stdout], [2, ""]);
  assert(!faulty.stderr.includes(secret), "the token is shown");
  assertEquals(faulty.stderr.split("\n").length, 4, faulty.stderr);

  const old = { name: "old", sha256: sha256(secret), expires: "2020-01-01T00:00:00Z" };
  await Deno.writeTextFile(path, JSON.stringify({ tokens: [old], max_body: "1MiB" }));
  const { code, stdout } = await runProgram(["receiver", "check", "--config", path]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "old    2020-01-01T00:00:00Z (expired)  -");
  assertStringIncludes(stdout, "\n1 token, 1 of them expired\nOptions: max_body\n");

  const none = await runProgram(["receiver", "check"], { cwd: folder.path });
  assertEquals(none.code, 2);
  assertStringIncludes(none.stderr, 'Cannot read config "receiver.json": no such file.');
});

Deno.test("run() returns 1 for a port that is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${(taken.addr as Deno.NetAddr).port}`;
  const { code, stderr } = await runProgram(["receiver", "--push-listen", address], {
    env: { BEARER_TOKEN: randomSecret() },
  });
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `prompipe: Cannot listen on "${address}" (push): something else listens there\n`,
  );
});

Deno.test("run() takes what systemd has loaded of a config and its files, by their own paths", async () => {
  await using folder = await temporaryFolder();
  await using credentials = await temporaryFolder();
  const give = (path: string, text: string) =>
    Deno.writeTextFile(`${credentials.path}/${credentialName(path)}`, text);
  const destination = "http://127.0.0.1:1/metrics/a/b";
  const pairs = [{ source: `unix://${folder.path}/none.sock`, destination }];
  const path = `${folder.path}/my config.json`;
  await give(path, JSON.stringify({ bearer_token_file: "token", pairs }));
  await give(`${folder.path}/token`, randomSecret());
  const env = { CREDENTIALS_DIRECTORY: credentials.path };
  const { code, stdout, stderr } = await runProgram(["sender", "check", "--config", path], { env });
  assertEquals([code, stderr], [1, ""]);
  assertStringIncludes(stdout, `no such socket (${folder.path}/none.sock)`);
  assertEquals((await runProgram(["sender", "check", "--config", path])).code, 2);
});
