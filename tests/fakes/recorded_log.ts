// A log that keeps what was said to it, at every level.

type Fields = Record<string, unknown> | (() => Record<string, unknown>);

/** One event that was logged. */
export interface LogEvent {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: Record<string, unknown>;
}

export class RecordedLog {
  readonly events: LogEvent[] = [];

  debug = (event: string, fields?: Fields) => this.#keep("debug", event, fields);
  info = (event: string, fields?: Fields) => this.#keep("info", event, fields);
  warn = (event: string, fields?: Fields) => this.#keep("warn", event, fields);
  error = (event: string, fields?: Fields) => this.#keep("error", event, fields);

  #keep(level: LogEvent["level"], event: string, fields: Fields = {}): void {
    this.events.push({ level, event, fields: typeof fields === "function" ? fields() : fields });
  }
}
