// Where this room reports events: a name, and fields.

/** Fields of an event, or how to get them should the event be logged. Nothing secret goes in. */
export type Fields = Record<string, unknown> | (() => Record<string, unknown>);

/** The four levels that prompipe logs at. */
export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}
