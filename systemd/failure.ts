// What is bound to happen while installing and uninstalling, as a value with a message for people.

/** What became of a command, for people. */
export type Outcome =
  | { readonly ok: true; readonly output: string }
  /** With what was done all the same. */
  | Failure & { readonly output?: string };

export interface Failure {
  readonly ok: false;
  /** Action, value and cause; no full stop. */
  readonly reason: string;
}

export function failure(reason: string): Failure {
  return { ok: false, reason };
}

/** What the operating system refused, in a person's words; other errors are thrown. */
export function refusal(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotADirectory) return "not a directory";
  if (error instanceof Deno.errors.IsADirectory) return "is a directory";
  if (error instanceof Deno.errors.AlreadyExists) return "exists already";
  if (error instanceof Deno.errors.FilesystemLoop) {
    return "too many symbolic links";
  }
  const system = error instanceof Error &&
    /^(.*) \(os error \d+\)/.exec(error.message);
  if (system) return system[1]!.toLowerCase();
  throw error;
}

/** Whether more rights would help. */
export function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied;
}
