// What a Content-Type makes of a body: a type that isn't understood is read as text.

import { cases, type ExpositionCase } from "./case.ts";

const READ_AS_TEXT = [
  undefined,
  "text/plain",
  "text/plain; version=0.0.4",
  "text/plain; version=1.0.0; charset=utf-8",
  "text/plain;version=0.0.4;charset=utf-8;escaping=allow-utf-8",
  "TEXT/PLAIN; CHARSET=UTF-8",
  "text/html",
  "application/json",
  "text/plain; charset=iso-8859-1",
  "openmetrics",
  "text/plain;",
  "text/plain; charset",
  "text/plain; charset=a; charset=b",
  "text/plain, text/plain",
  "*/*",
  ";",
  "application/openmetrics-text; charset=utf-8; charset=latin1",
  "application/openmetrics-text; charset=utf-8; Charset=utf-8",
  "application/openmetrics-text; =",
  "application/openmetrics-text, text/plain",
  "application/openmetrics",
  "application/octet-stream",
  "application/openmetrics-text; a=b c=d",
  'application/openmetrics-text; a="b',
  "a b/c",
];
const READ_AS_OPENMETRICS = [
  "application/openmetrics-text",
  "application/openmetrics-text; version=0.0.1",
  "Application/OpenMetrics-Text; Version=1.0.0",
  "application/openmetrics-text; version=9; x=y",
  "application/openmetrics-text;",
  'application/openmetrics-text; charset="utf-8"',
  " application/openmetrics-text ",
  "application/openmetrics-text ; charset=utf-8",
];

export const CONTENT_TYPES: readonly ExpositionCase[] = [
  // Taken as text, but there is no end of it as OpenMetrics.
  ...READ_AS_TEXT.flatMap((type) => cases(type, { taken: ["m 1\n"] })),
  ...READ_AS_OPENMETRICS.flatMap((type) =>
    cases(type, { taken: ["m 1\n# EOF\n"], refused: [["m 1\n", 2]] })
  ),
];
