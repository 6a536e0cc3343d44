// Sources as they are: behind TLS with a client's certificate, behind a login, behind a
// unix socket. Each secret comes from another place, and none shows anywhere.

import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../cli/program_run.ts";
import { Authority } from "../fakes/certificates.ts";
import { HttpsServer } from "../fakes/https_server.ts";
import { testWithParts } from "../parts.ts";
import { newToken, Receiver, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

testWithParts(
  "a sender logs in to its sources with secrets from files, variables and credentials, and shows none",
  ["openssl"],
  async (parts) => {
    await using dir = await TempDir.make();
    await using credentials = await TempDir.make();
    await using authority = await Authority.make(parts.openssl);
    await using receiver = await Receiver.start();
    const secrets = {
      password: newToken(),
      bearer: newToken(),
      header: newToken(),
      param: newToken(),
      query: newToken(),
      inFile: newToken(),
    };

    const own = await authority.issue("DNS:exporter.example");
    await using secure = await HttpsServer.start(own, { clients: authority.cert });
    const client = await authority.issue("DNS:sender.example");
    await dir.write("ca.pem", authority.cert);
    await dir.write("client.pem", client.cert);
    await dir.write("client.key", client.key);
    await dir.write("token", `${receiver.token}\n`);
    await dir.write("password", `${secrets.password}\n`);
    await credentials.write("exporter", secrets.bearer);
    const address = new URL(secure.url("/")).host;
    const labels = { __scheme__: "https", __param_key: secrets.inFile, instance: "listed" };
    await dir.write("targets.json", JSON.stringify([{ targets: [address], labels }]));

    const asked: Headers[] = [];
    await using _socket = Deno.serve(
      { transport: "unix", path: `${dir.path}/x.sock`, onListen() {} },
      (request) => {
        asked.push(new Headers(request.headers));
        return new Response("up 1\n", { headers: { "Content-Type": "text/plain; version=0.0.4" } });
      },
    );
    const config = await dir.write(
      "config.json",
      JSON.stringify({
        bearer_token_file: "token",
        interval: "500ms",
        labels: { site: "home" },
        source_tls: {
          ca_file: "ca.pem",
          cert_file: "client.pem",
          key_file: "client.key",
          server_name: "exporter.example",
        },
        pairs: [{
          source: secure.url(`/metrics?key=${secrets.query}`),
          destination: receiver.destination("/metrics/a/tls"),
          basic_auth: { username: "u", password_file: "password" },
          params: { module: ["${PARAM}"] },
        }, {
          source: `unix://${dir.path}/x.sock:/metrics`,
          destination: receiver.destination("/metrics/a/socket"),
          source_bearer_token_file: "${CREDENTIALS_DIRECTORY}/exporter",
          headers: { "X-Key": "${HEADER}" },
          labels: { room: "büro" },
        }],
        sources: [{
          files: ["targets.json"],
          destination: receiver.destination("/metrics/a/{instance}"),
        }],
      }),
    );
    const env = {
      CREDENTIALS_DIRECTORY: credentials.path,
      HEADER: secrets.header,
      PARAM: secrets.param,
    };
    const args = ["--config", config, "--log-level", "debug"];
    await using sender = startPrompipe(["sender", ...args, "--metrics-listen", "127.0.0.1:0"], env);
    const [, listener] = await sender.waitForOutput(/listening.*(127\.0\.0\.1:\d+)/);
    await waitFor(async () => {
      for (const instance of ["tls", "socket", "listed"]) {
        assertEquals((await receiver.scrape(`/metrics/a/${instance}`)).text, "up 1\n", instance);
      }
    }, { timeoutMs: 20_000, what: "a snapshot of each source" });

    const [first] = secure.asked.filter(({ url }) => !url.includes(secrets.inFile));
    assertEquals(first!.url, `/metrics?key=${secrets.query}&module=${secrets.param}`);
    assertEquals(first!.headers.authorization, `Basic ${btoa(`u:${secrets.password}`)}`);
    const headers = asked[0]!;
    assertEquals(headers.get("authorization"), `Bearer ${secrets.bearer}`);
    assertEquals(headers.get("x-key"), secrets.header);

    const { text: listed } = await receiver.scrape("/api/v1/targets");
    assert(listed.includes("büro") && listed.includes("home"), listed);

    const metrics = await (await fetch(`http://${listener}/metrics`)).text();
    await using check = startPrompipe(["sender", "check", "--config", config], env);
    await using checkJson = startPrompipe(["sender", "check", "--json", "--config", config], env);
    await using doctor = startPrompipe(["sender", "doctor", "--config", config], env);
    for (const { status, output } of [check, checkJson, doctor]) {
      assertEquals((await status).code, 0, output);
    }
    // Sources that fail are told of with all that may be told.
    await secure[Symbol.asyncDispose]();
    await sender.waitForOutput(/scrape failing/);
    await sender.end("SIGTERM");
    await receiver.process.end("SIGTERM");
    const said = [sender, check, checkJson, doctor, receiver.process].map(({ output }) => output);
    const keys = [client.key, own.key].map((key) => key.split("\n")[1]!);
    const hidden = [
      receiver.token,
      btoa(`u:${secrets.password}`),
      ...Object.values(secrets),
      ...keys,
    ];
    for (const secret of hidden) {
      for (const text of [...said, metrics, listed]) {
        assert(!text.includes(secret), text.replaceAll(secret, "SECRET"));
      }
    }
  },
);

testWithParts(
  "HTTPS sources answer where NODE_EXTRA_CA_CERTS is set",
  ["openssl"],
  async (parts) => {
    await using authority = await Authority.make(parts.openssl);
    await using source = await HttpsServer.start(await authority.issue("IP:127.0.0.1"));
    await using folder = await TempDir.make();
    const pairs = [{ source: source.url("/metrics"), destination: "http://127.0.0.1/metrics/a/b" }];
    const config = JSON.stringify({ bearer_token: newToken(), pairs });
    const path = await folder.write("config.json", config);
    const env = { NODE_EXTRA_CA_CERTS: await folder.write("ca.pem", authority.cert) };
    const { code, stdout } = await runProgram(["sender", "check", "--config", path], { env });
    assertEquals(code, 0, stdout);
  },
);
