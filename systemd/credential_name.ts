// The name under which a service finds a file that systemd hands over as a credential.

const UTF8 = new TextEncoder();

/** A name that no other absolute path has, of characters that credentials may have. */
export function credentialName(path: string): string {
  return [...UTF8.encode(path.replace(/^\//, ""))].map((byte) => {
    const character = String.fromCharCode(byte);
    if (character === "/") return "-";
    return /[A-Za-z0-9._]/.test(character) ? character : `+${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}
