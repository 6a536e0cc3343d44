// The harness itself: a process that misbehaves must show in the test that started it.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RunningProcess } from "./processes.ts";

function sh(script: string, env: Record<string, string> = {}): RunningProcess {
  return new RunningProcess("sh", { args: ["-c", script], env });
}

Deno.test("RunningProcess.waitForOutput() says what was printed when the process ends first", async () => {
  await using process = sh("echo almost; echo there >&2");
  const error = await assertRejects(() => process.waitForOutput(/listening/));
  assertMatch(String(error), /ended without printing[^]*almost/);
  assertMatch(String(error), /there/);
});

Deno.test("RunningProcess.waitForOutput() gives up in time, and disposing kills", async () => {
  let pid: number;
  {
    await using process = sh("trap '' TERM; echo ready; exec tail -f /dev/null");
    pid = process.pid;
    await process.waitForOutput(/ready/);
    const gaveUp = await assertRejects(() => process.waitForOutput(/never/, { timeoutMs: 1 }));
    assertMatch(String(gaveUp), /did not print/);
    const stayed = await assertRejects(() => process.end("SIGTERM", { timeoutMs: 1 }));
    assertMatch(String(stayed), /still ran/);
  }
  await assertRejects(() => Promise.resolve().then(() => Deno.kill(pid, "SIGCONT")));
});

Deno.test("RunningProcess hands on no more of the environment than it must", async () => {
  await using process = sh("env", { GIVEN: "1" });
  assertEquals((await process.status).code, 0);
  const names = process.output.split("\n").map((line) => line.split("=")[0]);
  assert(names.includes("GIVEN") && names.includes("PATH"));
  assert(!names.includes("CI") && !names.includes("BEARER_TOKEN"));
});
