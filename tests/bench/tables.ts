// Tables for tests.

import { figure } from "../../bench/figure.ts";
import type { Table } from "../../bench/part.ts";

export const BARS = {
  title: "Requests <a second>",
  columns: [{ name: "one" }, { name: "other" }, { name: "memory", unit: "MiB" }],
  rows: [
    { label: "small & quick", cells: [figure([10, 12, 11], ""), figure([1], ""), null] },
    { label: "large", cells: ["none | at all", figure([0.5], ""), figure([3.5, 4.5], "MiB")] },
  ],
  plot: { name: "requests", kind: "bars", columns: ["one", "other"], log: true },
} as const satisfies Table;

export const LINES = {
  title: "Growth",
  columns: [{ name: "targets" }, { name: "memory", unit: "MiB" }, { name: "time", unit: "s" }],
  rows: [1, 10, 100].map((targets) => ({
    label: `${targets} targets`,
    cells: [figure([targets], ""), figure([targets * 2 - 2], "MiB"), figure([targets], "s")],
  })),
  plot: { name: "growth", kind: "lines", x: "targets", columns: ["memory", "time"] },
} as const satisfies Table;
