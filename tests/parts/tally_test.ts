import { assertEquals } from "@std/assert";
import { addTallies, readTally } from "./tally.ts";

const CASES = [
  ["ok | 2 passed (3 steps) | 0 failed | 1 ignored (7ms)", true, 2, 0, 1],
  ["ok | 1 passed | 0 failed (1s)", true, 1, 0, 0],
  ["FAILED | 4 passed (1 step) | 2 failed (5 steps) (1m3s)", false, 4, 2, 0],
  [
    "\x1b[0m\x1b[32mok\x1b[0m | 5 passed | 0 failed \x1b[0m\x1b[38;5;245m(2ms)\x1b[0m",
    true,
    5,
    0,
    0,
  ],
  ["ok | 0 passed | 0 failed | 3 filtered out (1ms)", true, 0, 0, 0],
  [
    "ok | 0 passed | 0 failed | 2 ignored | 3 filtered out (1ms)",
    true,
    0,
    0,
    2,
  ],
] as const;

Deno.test("readTally() reads every form of the closing line", () => {
  for (const [line, success, passed, failed, ignored] of CASES) {
    assertEquals(readTally(`a ... ok\n\n${line}\n\n`, success), {
      passed,
      failed,
      ignored,
    }, line);
  }
});

Deno.test("readTally() takes the last closing line, not one that a test printed", () => {
  const output = "ok | 9 passed | 0 failed (1ms)\nok | 1 passed | 0 failed (1ms)\n";
  assertEquals(readTally(output, true), { passed: 1, failed: 0, ignored: 0 });
});

Deno.test("readTally() counts a run that failed without a failed test as one failure", () => {
  assertEquals(readTally("error: Module not found", false).failed, 1);
  assertEquals(readTally("ok | 3 passed | 0 failed (1ms)", false).failed, 1);
});

Deno.test("addTallies() adds each count", () => {
  assertEquals(
    addTallies({ passed: 1, failed: 2, ignored: 3 }, {
      passed: 10,
      failed: 20,
      ignored: 30,
    }),
    { passed: 11, failed: 22, ignored: 33 },
  );
});
