// What an operating system says of a failure, in a few words.

/** `No space left on device`, without the number and the path that the runtime adds. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of /proc, /dev and their like the runtime keeps programs out, and tells them its own options.
  if (error instanceof Deno.errors.NotCapable) return "no program may write there";
  return error.message.replace(/ \(os error \d+\).*$/s, "").split("\n", 1)[0]!;
}
