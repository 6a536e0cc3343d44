// Secrets for tests, made up at run time: none stands in the repository.

/** 32 hexadecimal digits that nobody knows. */
export function randomSecret(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}
