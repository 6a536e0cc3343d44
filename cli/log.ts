// The log: events as logfmt or JSON lines on standard error.

import { configureSync, getJsonLinesFormatter, getLogfmtFormatter } from "@logtape/logtape";
import { getLogger, type Logger, type LogLevel, type LogRecord } from "@logtape/logtape";

/** How to log. */
export interface LogOptions {
  readonly format: "logfmt" | "json";
  readonly level: "debug" | "info" | "warn" | "error";
  /** Lines go to the journal, which keeps times by itself and reads a priority prefix. */
  readonly journal: boolean;
}

/** Priorities of syslog.h, as sd-daemon(3) has them before a line. */
const PRIORITIES: Readonly<Record<LogLevel, number>> = {
  trace: 7,
  debug: 7,
  info: 6,
  warning: 4,
  error: 3,
  fatal: 2,
};

/** Sets up the process's log and returns it. `write` takes whole lines. */
export function openLog(
  options: LogOptions,
  write: (text: string) => void,
): Logger {
  const format = formatter(options);
  configureSync({
    reset: true,
    sinks: { lines: (record: LogRecord) => write(format(record)) },
    loggers: [
      { category: "logtape", lowestLevel: "error", sinks: ["lines"] },
      {
        category: "prompipe",
        lowestLevel: options.level === "warn" ? "warning" : options.level,
        sinks: ["lines"],
      },
    ],
  });
  return getLogger("prompipe");
}

function formatter(
  { format, journal }: LogOptions,
): (record: LogRecord) => string {
  const line = format === "json"
    ? getJsonLinesFormatter({ properties: "flatten" })
    : getLogfmtFormatter();
  if (!journal) return line;
  const time = format === "json" ? /(?<=^\{)"@timestamp":"[^"]*",/ : /^time=\S+ /;
  return (record) => `<${PRIORITIES[record.level]}>${line(record).replace(time, "")}`;
}
