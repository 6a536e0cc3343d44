// Certificates of an authority that lives as long as a test, made with openssl.

import { assert } from "@std/assert";
import { TempDir } from "../e2e/temp_dir.ts";
import type { Part } from "../parts.ts";

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const DAYS = ["-days", "2"];
const OVER = ["-days", "-1"];

/** Signs certificates with a key of its own. */
export class Authority implements AsyncDisposable {
  readonly #openssl: Part;
  readonly #dir: TempDir;
  /** What a client has to trust. */
  readonly cert: string;

  private constructor(openssl: Part, dir: TempDir, cert: string) {
    this.#openssl = openssl;
    this.#dir = dir;
    this.cert = cert;
  }

  static async make(openssl: Part): Promise<Authority> {
    const dir = await TempDir.make();
    const out = ["-keyout", "ca.key", "-out", "ca.pem"];
    await run(openssl, dir, [
      "req",
      "-x509",
      ...NEW_KEY,
      ...out,
      ...DAYS,
      "-subj",
      `/CN=${crypto.randomUUID()}`,
    ]);
    return new Authority(openssl, dir, await Deno.readTextFile(`${dir.path}/ca.pem`));
  }

  /** A certificate for names such as `DNS:localhost` or `IP:127.0.0.1`. */
  issue(...names: readonly string[]): Promise<Certificate> {
    return this.#issue(names, DAYS);
  }

  /** One whose time is over. */
  issueExpired(...names: readonly string[]): Promise<Certificate> {
    return this.#issue(names, OVER);
  }

  async #issue(names: readonly string[], days: readonly string[]): Promise<Certificate> {
    const request = ["-keyout", "new.key", "-out", "new.csr", "-subj", "/CN=test"];
    await run(this.#openssl, this.#dir, ["req", ...NEW_KEY, ...request]);
    await this.#dir.write("new.ext", `subjectAltName=${names.join(",")}\n`);
    const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "new.ext"];
    const out = ["-in", "new.csr", "-out", "new.pem"];
    await run(this.#openssl, this.#dir, ["x509", "-req", ...sign, ...out, ...days]);
    return {
      cert: await Deno.readTextFile(`${this.#dir.path}/new.pem`),
      key: await Deno.readTextFile(`${this.#dir.path}/new.key`),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }
}

async function run(openssl: Part, dir: TempDir, args: readonly string[]): Promise<void> {
  const { path, env } = openssl;
  const command = new Deno.Command(path, { args: [...args], env, cwd: dir.path });
  const { success, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
}
