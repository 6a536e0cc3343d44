import { assert, assertMatch } from "@std/assert";
import { cpuSeconds, processTree, settle, watchUntil } from "../../bench/watch.ts";
import { RunningProcess } from "../e2e/processes.ts";
import { waitFor } from "../e2e/wait_for.ts";

Deno.test("watchUntil() tells CPU and memory of processes, and what came of the wait", async () => {
  await using busy = new RunningProcess("/bin/sh", { args: ["-c", "while :; do :; done"] });
  await using idle = new RunningProcess("/bin/sh", { args: ["-c", "sleep 60 & wait"] });
  const pids = [busy.pid, idle.pid];
  const startS = cpuSeconds(pids);
  const usage = await watchUntil(
    pids,
    waitFor(() => {
      assert(cpuSeconds(pids) > startS + 0.2);
      return "done";
    }, { timeoutMs: 30_000, what: "CPU" }),
  );
  assert(usage.value === "done" && usage.seconds > 0 && usage.cpuSeconds > 0.1);
  const { residentMedianBytes: median, residentMostBytes: most } = usage;
  assert(median > 1e5 && most >= median, `${median} ${most}`);
  for (const child of processTree(idle.pid).slice(1)) Deno.kill(child, "SIGKILL");
});

Deno.test("settle() waits for who is busy", async () => {
  const busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; sleep 60 & wait";
  await using process = new RunningProcess("/bin/sh", { args: ["-c", busy] });
  await settle([process.pid]);
  assertMatch(process.output, /done/);
  for (const child of processTree(process.pid).slice(1)) Deno.kill(child, "SIGKILL");
});

Deno.test("processTree() finds the children of a process", async () => {
  await using process = new RunningProcess("/bin/sh", { args: ["-c", "sleep 60 & wait"] });
  const child = await waitFor(() => {
    const [parent, child, ...more] = processTree(process.pid);
    assert(parent === process.pid && child !== undefined && more.length === 0);
    return child;
  }, { timeoutMs: 10_000, what: "a child" });
  Deno.kill(child, "SIGKILL");
});
