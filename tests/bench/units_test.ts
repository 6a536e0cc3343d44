import { assertEquals } from "@std/assert";
import { digits, readable } from "../../bench/units.ts";

Deno.test("digits() keeps two or three digits that count, and whole numbers as they are", () => {
  const table: [number, string][] = [
    [1_234_567.8, "1,234,568"],
    [123.4, "123"],
    [12.34, "12.3"],
    [1.234, "1.23"],
    [0.1234, "0.12"],
    [0.00678, "0.0068"],
    [-1.54, "-1.54"],
    [20, "20"],
    [0, "0"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
  ];
  for (const [value, text] of table) assertEquals(digits(value), text);
});

Deno.test("readable() takes the unit in which a number is short", () => {
  const table: [number, string, string][] = [
    [512, "B", "512 B"],
    [1536, "B", "1.50 KiB"],
    [3 * 2 ** 20, "B", "3 MiB"],
    [2.5, "s", "2.50 s"],
    [0.0025, "s", "2.50 ms"],
    [0.0000025, "s", "2.50 µs"],
    [4.2, "×", "4.20 ×"],
    [4.2, "", "4.20"],
  ];
  for (const [value, unit, text] of table) assertEquals(readable(value, unit), text);
});
