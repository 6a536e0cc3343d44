// Broken set-ups for the doctor, around a real receiver.

import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../../receiver/token_book.ts";
import { diagnose, type Finding } from "../../sender/doctor/mod.ts";
import { createGet, loadConfig, Transports } from "../../sender/mod.ts";
import { newToken, Receiver } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";

export const TARGET = "/metrics/node/rpi";

export type Answer = (request: Request) => Response | Promise<Response>;

/** A server that ends with the test. */
export function serve(answer: Answer, tls: { cert?: string; key?: string } = {}) {
  const server = Deno.serve({
    ...tls as { cert: string; key: string },
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    const response = await answer(request);
    if (!request.bodyUsed) await request.body?.cancel();
    return response;
  });
  return {
    port: server.addr.port,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An ingress before a receiver that changes requests or answers. */
export function ingress(
  receiver: Receiver,
  change: { request?: (headers: Headers) => void; answer?: (headers: Headers) => void },
) {
  return serve(async (request) => {
    const headers = new Headers(request.headers);
    headers.delete("host");
    change.request?.(headers);
    const { pathname } = new URL(request.url);
    // The probe without a token announces a body, and sends none.
    if (request.method === "PUT" && !request.headers.has("authorization")) {
      return new Response(null, { status: 401 });
    }
    const body = await request.bytes();
    const answer = await fetch(receiver.destination(pathname), {
      method: request.method,
      headers,
      body: request.method === "GET" ? null : body,
    });
    const given = new Headers(answer.headers);
    change.answer?.(given);
    return new Response(answer.status === 204 ? null : await answer.bytes(), {
      status: answer.status,
      headers: given,
    });
  });
}

/** A receiver, a source, and a doctor who looks at the way from one to the other. */
export class Room implements AsyncDisposable {
  readonly #source = serve(() =>
    new Response("x 1\n", { headers: { "Content-Type": "text/plain" } })
  );
  readonly #folder: TempDir;
  readonly receiver: Receiver;
  readonly scoped: string;
  readonly expired: string;

  private constructor(folder: TempDir, receiver: Receiver, tokens: readonly string[]) {
    this.#folder = folder;
    this.receiver = receiver;
    [this.scoped = "", this.expired = ""] = tokens;
  }

  static async open(): Promise<Room> {
    const folder = await TempDir.make();
    const tokens = [newToken(), newToken()];
    const config = await folder.write(
      "receiver.json",
      JSON.stringify({
        tokens: [
          { name: "scoped", sha256: sha256(tokens[0]!), targets: ["other/*"] },
          { name: "expired", sha256: sha256(tokens[1]!), expires: "2020-01-01T00:00:00Z" },
        ],
      }),
    );
    const receiver = await Receiver.start({ args: ["--config", config, "--max-body", "1KiB"] });
    return new Room(folder, receiver, tokens);
  }

  /** What the doctor finds, and that it never shows the token. */
  async find(
    base: string,
    more: Record<string, unknown> = {},
    { scrapeUrl, path = TARGET }: { scrapeUrl?: string; path?: string } = {},
  ): Promise<readonly Finding[]> {
    const token = String(more["bearer_token"] ?? this.receiver.token);
    const text = JSON.stringify({
      bearer_token: token,
      pairs: [{
        source: `${this.#source.url}/metrics`,
        destination: base + path,
        timeout: "1s",
        ...more,
      }],
    });
    const env = () => undefined;
    const loaded = await loadConfig(text, {
      dir: "/",
      env,
      readTextFile: Deno.readTextFile,
      listFolder: () => Promise.resolve([]),
    });
    assert(loaded.ok);
    using get = createGet();
    using transports = new Transports();
    const diagnoses = await diagnose(loaded.config.pairs, {
      get,
      fetchFor: (tls) => transports.fetchFor(tls),
      lookup: (host) => {
        if (host !== "nowhere.test") return Promise.resolve([{ address: "127.0.0.1" }]);
        return Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
      },
      env,
      userAgent: "test",
      scrapeUrl: scrapeUrl === undefined ? undefined : new URL(scrapeUrl),
      progress: () => {},
    });
    assert(!JSON.stringify(diagnoses).includes(token));
    return diagnoses[0]!.findings;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.receiver[Symbol.asyncDispose]();
    await this.#source[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** The one thing that is wrong. */
export function culprit(findings: readonly Finding[], level: Finding["level"] = "stop"): string {
  const bad = findings.filter((finding) => finding.level === level);
  assertEquals(bad.length, 1, JSON.stringify(findings, null, 2));
  const { step, message, remedy } = bad[0]!;
  assert(remedy);
  return `${step}: ${message} → ${remedy}`;
}
