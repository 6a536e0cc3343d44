// The files that a config names for secrets and certificates: read, and checked.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { resolve } from "@std/path";
import { isToken } from "../protocol/mod.ts";
import {
  type Fault,
  faultAt,
  isRecord,
  type Path,
  quote,
  valueAt,
} from "../protocol/config_path.ts";

/** Reads a file as UTF-8; rejects where it can't be. The path is absolute. */
export type ReadTextFile = (path: string) => Promise<string>;

/** The contents of files, by the paths that stand in the config. */
export interface NamedFiles {
  readonly contents: ReadonlyMap<string, string>;
  /** All of them, absolute, also those that could not be read. */
  readonly paths: readonly string[];
  readonly faults: readonly Fault[];
}

/** What a file must hold, and what is said where it doesn't. */
const KINDS: Readonly<Record<string, readonly [(text: string) => boolean, string]>> = {
  bearer_token_file: [isToken, "a token: visible ASCII characters without spaces"],
  source_bearer_token_file: [isToken, "a token: visible ASCII characters without spaces"],
  password_file: [(text) => !/\p{Cc}/u.test(text), "a password on one line"],
  ca_file: [isCertificate, "certificates in PEM"],
  cert_file: [isCertificate, "a certificate in PEM"],
  key_file: [isKey, "a private key in PEM, without a passphrase"],
};

/**
 * Reads every file that `filled` names, without the newline at the end. Messages show
 * the path as it stands in `json`, before variables were filled in.
 */
export async function readNamedFiles(
  { json, filled }: { readonly json: unknown; readonly filled: unknown },
  { dir, readTextFile }: { readonly dir: string; readonly readTextFile: ReadTextFile },
): Promise<NamedFiles> {
  const contents = new Map<string, string>();
  const paths = new Set<string>();
  const faults: Fault[] = [];
  for (const path of findNames(filled)) {
    const name = valueAt(filled, path) as string;
    const [right, kind] = KINDS[String(path.at(-1))]!;
    paths.add(resolve(dir, name));
    const shown = show(valueAt(json, path));
    try {
      const text = (await readTextFile(resolve(dir, name))).replace(/\r?\n$/, "");
      contents.set(name, text);
      if (!right(text)) {
        faults.push(faultAt(path, `must name a file with ${kind}; ${shown} has none`));
      }
    } catch (error) {
      faults.push(faultAt(path, `must name a file that can be read; ${shown} ${explain(error)}`));
    }
  }
  faults.push(...findStrangers(filled, contents));
  return { contents, paths: [...paths], faults };
}

/** Certificates that belong to another key than the one beside them. */
function findStrangers(filled: unknown, contents: ReadonlyMap<string, string>): Fault[] {
  return findNames(filled).filter((path) => path.at(-1) === "cert_file").flatMap((path) => {
    const beside = [...path.slice(0, -1), "key_file"];
    const [cert, key] = [path, beside].map((each) => contents.get(String(valueAt(filled, each))));
    if (cert === undefined || key === undefined || !isCertificate(cert) || !isKey(key)) return [];
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
      ? []
      : [faultAt(beside, `must name the key of the certificate in "cert_file"; it is another's`)];
  });
}

function findNames(filled: unknown): Path[] {
  if (!isRecord(filled)) return [];
  const found: Path[] = [];
  look(filled, []);
  for (const key of ["pairs", "sources"]) {
    const list = filled[key];
    if (!Array.isArray(list)) continue;
    for (const [index, entry] of list.entries()) look(entry, [key, index]);
  }
  return found;

  function look(value: unknown, path: Path): void {
    if (!isRecord(value)) return;
    for (const [key, each] of Object.entries(value)) {
      if (Object.hasOwn(KINDS, key) && typeof each === "string" && each !== "") {
        found.push([...path, key]);
      } else if (/^(?:basic_auth|source_tls|destination_tls)$/.test(key)) {
        look(each, [...path, key]);
      }
    }
  }
}

/** A path; what looks like none may be the secret itself. */
function show(name: unknown): string {
  const text = String(name);
  return /^\.{0,2}\/|^~|\$\{|\.[a-z]{1,5}$/.test(text)
    ? quote(text)
    : "what it names, which is not shown,";
}

function isCertificate(text: string): boolean {
  return parses(() => new X509Certificate(text));
}

function isKey(text: string): boolean {
  return parses(() => createPrivateKey(text));
}

function parses(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false; // whatever the library says of it may show some of it
  }
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "is not there";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read by this user";
  if (error instanceof Deno.errors.IsADirectory) return "is a directory";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "EISDIR" ? "is a directory" : "is no text file";
}
