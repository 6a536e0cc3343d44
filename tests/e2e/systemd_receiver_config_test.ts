// A receiver whose tokens stand in /etc, under a real systemd: an edit counts after a reload.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../receiver/token_book.ts";
import { newToken } from "./prompipe.ts";
import { moveInSource, prompipe } from "./systemd_home.ts";
import type { SystemdMachine } from "./systemd_machine.ts";
import { start, stop, testInMachine, waitForStatus } from "./systemd_service.ts";
import { waitFor } from "./wait_for.ts";

const CONFIG = "/etc/prompipe/receiver.json";
const UNIT = "prompipe-receiver";

testInMachine(
  "systemctl reload swaps the tokens of a receiver, whose config is in /etc",
  async (machine) => {
    const program = await moveInSource(machine);
    const [first, second] = [newToken(), newToken()];
    await machine.must(["mkdir", "-p", "/etc/prompipe"]);
    await writeTokens(machine, [first]);
    const installed = await prompipe(machine, program, ["receiver", "install", "--config", CONFIG]);
    assert(!installed.includes("copy"), installed);
    await start(machine, UNIT);
    await waitForStatus(machine, "http://127.0.0.1/healthz", 200);
    assertEquals(await push(machine, first), 204);
    assertEquals(await push(machine, second), 401);

    const process = await machine.show(UNIT, "MainPID", "NRestarts");
    await writeTokens(machine, [second]);
    await machine.must(["systemctl", "reload", UNIT]);
    await saysNext(machine, /tokens reloaded.*tokens=1/);
    assertEquals([await push(machine, first), await push(machine, second)], [401, 204]);

    await machine.must(["sh", "-c", `echo '{' > ${CONFIG}`]);
    await machine.must(["systemctl", "reload", UNIT]);
    await saysNext(machine, /reload failed.*is not JSON/);
    assertEquals(await push(machine, second), 204);
    assertEquals(await machine.show(UNIT, "MainPID", "NRestarts"), process);

    await stop(machine, UNIT);
    const told = await prompipe(machine, program, ["receiver", "uninstall"]);
    assertStringIncludes(told, `config ${CONFIG} stays\n`);
  },
);

/** As editors do it: a new file in the place of the old one. */
async function writeTokens(machine: SystemdMachine, tokens: readonly string[]): Promise<void> {
  const entries = tokens.map((token, index) => ({ name: `t${index}`, sha256: sha256(token) }));
  await Deno.writeTextFile(
    machine.path(`${CONFIG}.new`),
    JSON.stringify({ tokens: entries }),
    { mode: 0o644 },
  );
  await machine.must(["mv", `${CONFIG}.new`, CONFIG]);
}

async function push(machine: SystemdMachine, token: string): Promise<number> {
  const request = `PUT /metrics/a/b HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n` +
    `Authorization: Bearer ${token}\\r\\nContent-Length: 4\\r\\n\\r\\nx 1\\n`;
  const { output } = await machine.run([
    ...["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/80; printf '${request}' >&3; head -1 <&3`],
  ]);
  assertMatch(output, /^HTTP\/1\.1 \d{3} /);
  return Number(output.split(" ")[1]);
}

async function saysNext(machine: SystemdMachine, what: RegExp): Promise<void> {
  await waitFor(async () => assertMatch(await machine.journal(UNIT), what), {
    timeoutMs: 30_000,
    what: `${what} in the journal`,
  });
}
