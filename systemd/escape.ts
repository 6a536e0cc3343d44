// How a value is written into a unit file, so that systemd reads back exactly that
// value: systemd.syntax(7) for the quoting, systemd.unit(5) for the `%` specifiers,
// systemd.service(5) for `$`. Each setting has rules of its own.

/** Why systemd could not be told this value, or undefined where it can. */
export function unwritable(value: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    return "it holds a control character";
  }
  if (/\p{Cs}/u.test(value)) return "it is not valid Unicode";
  return undefined;
}

/**
 * As `unwritable()`, for a path in `LoadCredential=` or a similar setting that has
 * no quoting: there an end that systemd strips or joins can't be escaped.
 */
export function unwritableRaw(path: string): string | undefined {
  return unwritable(path) ??
    (/[\s\\]$/.test(path) ? "it ends with a space or a backslash" : undefined);
}

/**
 * As `unwritable()`, for a path that systemd takes only without quotes and
 * backslashes, however they are escaped: that of a program, or of a tmpfs.
 */
export function unwritablePlain(path: string): string | undefined {
  return unwritable(path) ??
    (/["'\\]/.test(path) ? "systemd allows no quote and no backslash there" : undefined);
}

/** The program of `ExecStart=`: its first word, in which `$` stands for itself. */
export function execProgram(path: string): string {
  return quoted(specifiers(path));
}

/** One argument of `ExecStart=`. */
export function execArgument(value: string): string {
  return quoted(specifiers(value).replaceAll("$", "$$$$"));
}

/** A path in a list of paths, such as `BindReadOnlyPaths=`, where `:` separates. */
export function listedPath(path: string): string {
  return quoted(specifiers(path)).replaceAll(":", "\\:");
}

/**
 * The path in front of `TemporaryFileSystem=`'s options, which systemd reads twice: as
 * a word, and up to the first `:` of that word.
 */
export function mountPath(path: string): string {
  return quoted(specifiers(path).replaceAll(":", "\\:"));
}

/** A path at the end of a setting without quoting, such as `LoadCredential=`. */
export function rawPath(path: string): string {
  return specifiers(path);
}

function specifiers(value: string): string {
  return value.replaceAll("%", "%%");
}

function quoted(value: string): string {
  if (/^[\w./@%+,=-][\w./@%+,=:-]*$/.test(value)) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
