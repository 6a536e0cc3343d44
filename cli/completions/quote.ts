// Text as one word of a shell's script; plain words stay as they are.

/** For bash and zsh. */
export function quote(text: string): string {
  return isPlain(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** For fish, where a backslash counts inside quotes too. */
export function quoteForFish(text: string): string {
  return isPlain(text) ? text : `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

function isPlain(text: string): boolean {
  return /^[\w.\/-]+$/.test(text);
}
