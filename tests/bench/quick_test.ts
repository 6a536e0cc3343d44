// Every part of the bench as `deno task bench --quick` runs it: that it works at all. How
// fast anything is depends on the machine, and nothing here asks.

import { assert } from "@std/assert";
import type { Result } from "../../bench/part.ts";
import { PARTS } from "../../bench/parts/mod.ts";
import { Program } from "../../bench/program.ts";
import { testWithParts } from "../parts.ts";

/** Where garbage comes and goes by more than so little growth takes. */
const MAY_BE_NOTHING = ["growth"];

for (const [name, load] of Object.entries(PARTS)) {
  testWithParts(
    `bench --quick ${name} has figures in every table, and nothing was refused`,
    ["wrk", "pushgateway", "nginx", "node-exporter", "prometheus"],
    async () => {
      await using program = new Program("source");
      const part = await load();
      check(await part.run({ quick: true, rounds: 1, program, tell() {} }), name);
    },
  );
}

function check({ part, notes, tables }: Result, name: string): void {
  assert(part === name && tables.length > 0);
  for (const { title, columns, rows } of tables) {
    const figures = rows.flatMap(({ cells }) => cells).filter((cell) => typeof cell === "object");
    assert(rows.length > 0 && figures.some((figure) => figure !== null), `"${title}" is empty`);
    for (const { label, cells } of rows) {
      assert(cells.length === columns.length, `"${title}", ${label}: ${cells.length} cells`);
    }
    for (const figure of figures) {
      if (figure === null) continue;
      const { median, min, max } = figure;
      const isSound = [median, min, max].every(Number.isFinite) &&
        (min > 0 || MAY_BE_NOTHING.includes(name));
      assert(isSound, `"${title}": ${JSON.stringify(figure)}`);
    }
  }
  const troubles = notes.filter((note) => /\bfailed\b|refused|not taken|not come back/.test(note));
  assert(troubles.length === 0, troubles.join("\n"));
}
