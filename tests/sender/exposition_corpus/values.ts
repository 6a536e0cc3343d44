// Values and timestamps, in both formats.

import { cases, type ExpositionCase, OPENMETRICS, TEXT } from "./case.ts";

const NUMBERS = [
  "0",
  "-0",
  "+1",
  "1",
  "42.",
  ".5",
  "-.5",
  "1.5",
  "007",
  "1e5",
  "1E5",
  "1e+5",
  "1e-5",
  "1.e3",
  "1e-999",
  "1.7976931348623157e308",
  "4.9e-324",
  "9".repeat(308),
  "0.".padEnd(60, "3"),
  "NaN",
  "nan",
  "NAN",
  "Inf",
  "+Inf",
  "-Inf",
  "inf",
  "+infinity",
  "-INFINITY",
  "iNf",
];
const NO_NUMBERS = [
  "x",
  "--1",
  "+-1",
  "1e",
  "e5",
  "1e5.5",
  "1.2.3",
  ".",
  "+",
  "-",
  "0x10",
  "0x1p4",
  "1p3",
  "1_000",
  "1,5",
  "+NaN",
  "-nan",
  "Infi",
  "infinit",
  "1f",
  "1e999",
  "-1e309",
  "9".repeat(310),
  "½",
  "1\r",
  '"1"',
  "1;",
  "𝟙",
  "true",
  "\uf7ff",
  "1\u00002",
  "0b1",
  "0o7",
];
const MILLISECONDS = ["0", "1", "1700000000000", "9223372036854775807", "0000000000000000000001"];
const NO_MILLISECONDS = [
  "-1",
  "1.5",
  "1e3",
  "x",
  "9223372036854775808",
  "99999999999999999999",
  "1 2",
  "+1",
  "NaN",
  "1\r",
  "# x",
  "{",
];
const SECONDS = ["0", "1", "-1", "1.5", "1e3", "1700000000.123", ".5", "+1", "1e-400"];
const NO_SECONDS = ["NaN", "+Inf", "-inf", "x", "1 2", "1e999", "0x1", "1\r", "#", "# {", "# x"];

export const VALUES: readonly ExpositionCase[] = [
  ...cases(TEXT, {
    taken: [
      ...NUMBERS.map((number) => `good 1\nvalue ${number}\n`),
      ...MILLISECONDS.map((time) => `good 1\ntimed 1 ${time}\n`),
    ],
    refused: [
      ...NO_NUMBERS.map((text) => [`good 1\nvalue ${text}\ngood 2\n`, 2] as const),
      ...NO_MILLISECONDS.map((text) => [`good 1\ntimed{a="b"} 1 ${text}\n`, 2] as const),
    ],
  }),
  ...cases(OPENMETRICS, {
    taken: [
      ...NUMBERS.map((number) => `good 1\nvalue ${number}\n# EOF\n`),
      ...SECONDS.map((time) => `good 1\ntimed 1 ${time}\n# EOF\n`),
      ...SECONDS.map((time) => `good_total 1 # {a="b"} 1 ${time}\n# EOF\n`),
    ],
    refused: [
      ...NO_NUMBERS.map((text) => [`good 1\nvalue ${text}\n# EOF\n`, 2] as const),
      ...NO_NUMBERS.map((text) => [`good 1\nvalue_total 1 # {a="b"} ${text}\n# EOF\n`, 2] as const),
      ...NO_SECONDS.map((text) => [`good 1\ntimed{a="b"} 1 ${text}\n# EOF\n`, 2] as const),
      ...NO_SECONDS.map((text) => [`timed_total 1 # {a="b"} 1 ${text}\n# EOF\n`, 1] as const),
    ],
  }),
];
