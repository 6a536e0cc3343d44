// The certificate of the push listener: read, checked, and read again when it changes.

import { Gauge, type Registry } from "prom-client";
import type { KeyPair } from "./push_listener.ts";
import { fileFault } from "./file_fault.ts";
import { Fault } from "./terminal.ts";

/** Where certificate (chain) and key lie, as PEM. */
export interface KeyPairFiles {
  readonly cert: string;
  readonly key: string;
}

/** A pair that is sound. */
export interface CheckedKeyPair extends KeyPair {
  /** When the certificate is good no more, in ms since 1970. */
  readonly expiresMs: number;
}

/** What watching a pair works with. */
export interface KeyPairWatch {
  readonly files: KeyPairFiles;
  readonly first: CheckedKeyPair;
  readonly use: (pair: KeyPair) => void;
  readonly metrics: KeyPairMetrics;
  readonly log: {
    info(event: string, fields: Record<string, unknown>): void;
    warn(event: string, fields: Record<string, unknown>): void;
  };
}

/** A pair that is watched until the watch is stopped. */
export interface WatchedKeyPair {
  reload(): Promise<void>;
  stop(): void;
}

const POLL_MS = 10_000;

/** The files that two options name; `undefined` for neither, a {@linkcode Fault} for one. */
export function keyPairFiles(
  cert: string | undefined,
  key: string | undefined,
): KeyPairFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  const [given, missing] = cert === undefined
    ? ["--tls-key", "--tls-cert"]
    : ["--tls-cert", "--tls-key"];
  throw new Fault(2, `Cannot serve TLS: "${given}" is set, "${missing}" is not; set both or none`);
}

/** Reads a pair; a {@linkcode Fault} that names the file where it can't be used. */
export async function readKeyPair(files: KeyPairFiles): Promise<CheckedKeyPair> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  const cert = await readPem(files.cert, "certificate");
  const key = await readPem(files.key, "key");
  const chain = parse(
    () => (cert.match(EACH_CERTIFICATE) ?? [cert]).map((each) => new X509Certificate(each)),
    "certificate",
    files.cert,
  );
  const certificate = chain[0]!;
  if (/^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(key)) {
    throw new Fault(
      2,
      `Cannot use key "${files.key}": it has a passphrase, and nobody is there to type it; ` +
        "openssl pkey -in OLD -out NEW takes it off",
    );
  }
  // What the parser says might quote the key.
  const privateKey = parse(() => createPrivateKey(key), "key", files.key);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Fault(2, `Cannot use key "${files.key}": certificate "${files.cert}" needs another`);
  }
  const kind = privateKey.asymmetricKeyDetails?.namedCurve ?? privateKey.asymmetricKeyType ?? "";
  if (!KEY_KINDS.has(kind)) {
    throw new Fault(
      2,
      `Cannot use key "${files.key}": it is of kind "${kind}", with which TLS is not spoken ` +
        "here; make one of RSA, P-256, P-384, P-521 or Ed25519",
    );
  }
  await checkForTls({ cert, key }, files);
  return { cert, key, expiresMs: Date.parse(certificate.validTo) };
}

/** From the beginning of each to that of the next, so that one without an end is one too. */
const EACH_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?(?=-----BEGIN CERTIFICATE-----|$)/g;

/** With any other every handshake fails: the runtime knows how to read them, and no more. */
const KEY_KINDS: ReadonlySet<string> = new Set([
  "rsa",
  "prime256v1",
  "secp384r1",
  "secp521r1",
  "ed25519",
]);

/** A sound pair may still be one that the server, which is told of it later, throws out. */
async function checkForTls(pair: KeyPair, files: KeyPairFiles): Promise<void> {
  const { createSecureContext } = await import("node:tls");
  try {
    createSecureContext(pair);
  } catch (error) {
    const reason = error instanceof Error ? /::([a-z ]+)$/.exec(error.message)?.[1] : undefined;
    throw new Fault(
      2,
      `Cannot use certificate "${files.cert}" with key "${files.key}": ` +
        (reason ?? "TLS doesn't take them"),
    );
  }
}

async function readPem(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Fault(2, `Cannot read ${what} "${path}": ${fileFault(error)}`);
  }
}

function parse<T>(read: () => T, what: string, path: string): T {
  try {
    return read();
  } catch {
    throw new Fault(2, `Cannot use ${what} "${path}": it is no ${what} in PEM`);
  }
}

/** Tells when the certificate ends, and whether it could be read again. */
export class KeyPairMetrics {
  readonly #expires: Gauge;
  readonly #sound: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#expires = new Gauge({
      name: "prompipe_receiver_tls_not_after_timestamp_seconds",
      help: "When the certificate of the push listener is good no more",
      registers,
    });
    this.#sound = new Gauge({
      name: "prompipe_receiver_tls_reload_success",
      help: "Whether the files of the certificate could be used when they were last read",
      registers,
    });
  }

  using(pair: CheckedKeyPair): void {
    this.#expires.set(pair.expiresMs / 1000);
    this.#sound.set(1);
  }

  faulty(): void {
    this.#sound.set(0);
  }
}

/**
 * Looks at the files every 10 s, and whenever it is asked to. A new pair is used from the
 * next connection on; one with a fault is reported once, and the old one stays.
 */
export function watchKeyPair(watch: KeyPairWatch): WatchedKeyPair {
  const { files, first, use, metrics, log } = watch;
  let current = first;
  let fault: string | undefined;
  metrics.using(first);

  async function reload(): Promise<void> {
    let pair: CheckedKeyPair;
    try {
      pair = await readKeyPair(files);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      metrics.faulty();
      if (error.message !== fault) log.warn("certificate kept", { reason: error.message });
      fault = error.message;
      return;
    }
    const changed = pair.cert !== current.cert || pair.key !== current.key;
    if (changed) use(pair);
    if (changed || fault !== undefined) {
      const expires = new Date(pair.expiresMs).toISOString();
      log.info("certificate read", { cert: files.cert, expires });
    }
    [current, fault] = [pair, undefined];
    metrics.using(pair);
  }

  const timer = setInterval(reload, POLL_MS);
  Deno.unrefTimer(timer);
  return { reload, stop: () => clearInterval(timer) };
}
