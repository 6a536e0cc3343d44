// What V8 is told, command by command.

export interface V8Flags {
  /** By the first argument, such as `sender`. */
  readonly byCommand: Readonly<Record<string, readonly string[]>>;
  /** For any other command, and where a build can't tell commands apart. */
  readonly otherwise: readonly string[];
}

export const V8_FLAGS: V8Flags = {
  byCommand: {},
  otherwise: [],
};

/** The one argument that passes them all on; none where there is nothing to pass. */
export function v8Argument(flags: readonly string[]): string[] {
  return flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`];
}
