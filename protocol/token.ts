// The bearer token that a receiver and its senders share.

const RANDOM_BYTES = 16;

/** A fresh token: 128 random bits in base64url. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/** Whether a text can be a token, which travels in a header: visible ASCII, no spaces. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
