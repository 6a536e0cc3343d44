// The doctor names what keeps a stream from opening, and whether PUT will do until it does.

import { assertEquals, assertMatch } from "@std/assert";
import type { Finding } from "../../sender/doctor/mod.ts";
import { Authority } from "../fakes/certificates.ts";
import { Nginx } from "../lab/nginx.ts";
import { testWithParts } from "../parts.ts";
import { Room } from "./doctor_room.ts";
import { newToken, Receiver } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";

interface Case {
  readonly name: string;
  readonly base: string;
  readonly more?: Record<string, unknown>;
  /** What is found of a pair that is pushed, and of one on demand unless that is said. */
  readonly trouble?: RegExp;
  readonly onDemand?: RegExp;
}

testWithParts(
  "diagnose() names what keeps a stream from opening",
  ["openssl", "nginx"],
  async ({ openssl, nginx }) => {
    await using room = await Room.open();
    await using folder = await TempDir.make();
    await using authority = await Authority.make(openssl);
    const { cert, key } = await authority.issue("IP:127.0.0.1");
    const tls = ["--tls-cert", await folder.write("cert.pem", cert)];
    tls.push("--tls-key", await folder.write("key.pem", key));
    const { token, pushPort } = room.receiver;
    await using secure = await Receiver.start({ token, args: tls });
    await using ingress = await Nginx.start(nginx, [
      { upstreamPort: pushPort, upgrades: false },
      { upstreamPort: pushPort },
    ]);
    const trusted = { destination_tls: { ca_file: await folder.write("ca.pem", authority.cert) } };
    const [blind, good] = ingress.ports;

    const cases: readonly Case[] = [
      { name: "sound", base: `ws://127.0.0.1:${pushPort}` },
      { name: "sound in TLS", base: `wss://127.0.0.1:${secure.pushPort}`, more: trusted },
      { name: "sound behind nginx", base: `ws://127.0.0.1:${good}` },
      {
        name: "wrong token",
        base: `ws://127.0.0.1:${pushPort}`,
        more: { bearer_token: newToken() },
        trouble: /^STOP stream: no stream: 401 .* → the receiver doesn't know this token/m,
      },
      {
        name: "no upgrade",
        base: `ws://127.0.0.1:${blind}`,
        trouble: /^warning stream: no stream gets through: 426 .* → .*\(nginx: .*Upgrade.*PUT$/m,
        // Nothing but a stream reaches what is on demand.
        onDemand:
          /^STOP stream: no stream gets through: 426 .* → .*\(nginx: .*Upgrade.*: 1 of its targets$/m,
      },
      {
        name: "unknown authority",
        base: `wss://127.0.0.1:${secure.pushPort}`,
        trouble: /^STOP tls: nobody who is trusted.* → set "ca_file"/m,
      },
      {
        name: "no TLS there",
        base: `wss://127.0.0.1:${pushPort}`,
        trouble: /^STOP tls: .* plain HTTP.* → write http:\/\/ \(ws:\/\/\)/m,
      },
      {
        name: "TLS there",
        base: `ws://127.0.0.1:${secure.pushPort}`,
        trouble: /^STOP stream: no stream: what answers speaks no HTTP → /m,
      },
    ];
    for (const { name, base, more, trouble, onDemand = trouble } of cases) {
      for (const [mode, expected] of [["push", trouble], ["on_demand", onDemand]] as const) {
        const told = lines(await room.find(base, { mode, ...more }));
        if (expected === undefined) assertEquals(told, "", name);
        else assertMatch(told, expected, name);
      }
    }
  },
);

/** What stops a pipe, or a stream. */
function lines(findings: readonly Finding[]): string {
  return findings.filter(({ level, step }) =>
    level === "stop" || (level === "warning" && step === "stream")
  ).map(({ level, step, message, remedy }) =>
    `${level === "stop" ? "STOP" : level} ${step}: ${message} → ${remedy}`
  ).join("\n");
}
