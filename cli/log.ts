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

function formatter({ format, journal }: LogOptions): (record: LogRecord) => string {
  const line = format === "json" ? jsonLine : logfmtLine;
  if (!journal) return (record) => line(record, true);
  return (record) => `<${PRIORITIES[record.level]}>${line(record, false)}`;
}

const toLogfmt = getLogfmtFormatter();
const toJson = getJsonLinesFormatter({ properties: "flatten" });

/** As Prometheus's own logs have it: the logger's name says nothing here, and a warning is "warn". */
function logfmtLine(record: LogRecord, withTime: boolean): string {
  return toLogfmt(record).replace(
    /^(time=\S+ )level=(\S+) logger=\S+ /,
    (_, time, level) => `${withTime ? time : ""}level=${level === "warning" ? "warn" : level} `,
  );
}

function jsonLine(record: LogRecord, withTime: boolean): string {
  return withTime ? toJson(record) : toJson(record).replace(/^\{"@timestamp":"[^"]*",/, "{");
}
