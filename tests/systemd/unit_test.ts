import { assert, assertEquals } from "@std/assert";
import { type UnitPlan, unitText } from "../../systemd/unit.ts";
import { commandLine, settings } from "./systemd_syntax.ts";

const PLAN: UnitPlan = {
  kind: "sender",
  version: "1.2.3",
  goes: [],
  stays: [],
  argv: ["/opt/prompipe", "sender", "--config", "/etc/prompipe/config.json"],
  binds: [],
  covers: [],
  credentials: [],
  privilegedPort: false,
  systemdVersion: undefined,
};

Deno.test("unitText() runs exactly the given command line", () => {
  const argv = ["/opt/my $ prompipe", "sender", 'a "b"', "100%", "$HOME", ";"];
  const [exec] = settings(unitText({ ...PLAN, argv }), "ExecStart");
  assertEquals(commandLine(exec!), argv);
});

Deno.test("unitText() gives a capability for a privileged port alone", () => {
  const open = unitText({ ...PLAN, kind: "receiver", privilegedPort: true });
  for (const key of ["CapabilityBoundingSet", "AmbientCapabilities"]) {
    assertEquals(settings(open, key), ["CAP_NET_BIND_SERVICE"]);
    assertEquals(settings(unitText(PLAN), key), [""]);
  }
});

Deno.test("unitText() backs off where systemd knows how", () => {
  for (const systemdVersion of [undefined, 247, 252, 253]) {
    const unit = unitText({ ...PLAN, systemdVersion });
    assertEquals(settings(unit, "RestartSec"), ["5s"]);
    assert(!/RestartSteps|RestartMaxDelaySec/.test(unit));
  }
  const unit = unitText({ ...PLAN, systemdVersion: 254 });
  assertEquals(settings(unit, "RestartSec"), ["1s"]);
  assertEquals(settings(unit, "RestartMaxDelaySec"), ["1min"]);
});

Deno.test("unitText() never gives up, but for a bad config", () => {
  assertEquals(settings(unitText(PLAN), "StartLimitIntervalSec"), ["0"]);
  assertEquals(settings(unitText(PLAN), "RestartPreventExitStatus"), ["2"]);
});

Deno.test("unitText() gives a receiver a state of its own, which can be taken back, and a sender none", () => {
  const receiver = unitText({ ...PLAN, kind: "receiver" });
  assertEquals(settings(receiver, "StateDirectory"), ["prompipe-receiver"]);
  assertEquals(settings(receiver, "StateDirectoryMode"), ["0700"]);
  assert(receiver.includes("\nEnvironment=PROMPIPE_STATE_DIR=%S/prompipe-receiver\n"));
  assertEquals(settings(unitText(PLAN), "StateDirectory"), []);
  assert(!unitText(PLAN).includes("PROMPIPE_STATE_DIR"));
});
