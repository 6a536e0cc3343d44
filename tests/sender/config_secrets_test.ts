import { assert, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { randomSecret } from "../fakes/random_secret.ts";
import { type Around, faultsOf, fileWith, load, pairWith } from "./config_file.ts";

/** Wrong in more than one way, and whatever it is, its value holds the secret. */
function wrongTokens(secret: string): unknown[] {
  return [` ${secret}`, `${secret}\n`, `${secret}é`, [secret], { [`token`]: secret }];
}

async function assertHidden(file: unknown, secret: string, around?: Around): Promise<void> {
  const faults = await faultsOf(file, around);
  assertNotEquals(faults, [], "the file is right: nothing was shown");
  for (const fault of faults) assert(!fault.includes(secret), fault.replaceAll(secret, "SECRET"));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("loadConfig() never shows a bearer token, at the top or in a pair", async () => {
  const secret = randomSecret();
  for (const token of wrongTokens(secret)) {
    await assertHidden(fileWith({ bearer_token: token }), secret);
    await assertHidden(fileWith({ pairs: [pairWith({ bearer_token: token })] }), secret);
    await assertHidden(fileWith({ bearer_token: token, pairs: [] }), secret);
    await assertHidden({ bearer_token: token }, secret);
  }
});

Deno.test("loadConfig() never shows the right token beside other faults", async () => {
  const secret = randomSecret();
  await assertHidden(fileWith({ bearer_token: secret, interval: 4, nonsense: 1 }), secret);
  await assertHidden(
    fileWith({ pairs: [pairWith({ bearer_token: secret, source: "x" })] }),
    secret,
  );
});

Deno.test("loadConfig() never shows user and password of a URL", async () => {
  const secret = randomSecret();
  for (const scheme of ["http:", "https:", "ftp:", "HTTP:"]) {
    for (const userinfo of [`user:${secret}`, secret, `${secret}:`, `u@x:${secret}`]) {
      const pair = pairWith({
        source: `${scheme}//${userinfo}@exporter:9100/metrics`,
        destination: `${scheme}//${userinfo}@push/metrics/node/rpi`,
      });
      await assertHidden(fileWith({ pairs: [pair] }), secret);
    }
  }
});

Deno.test("loadConfig() never shows a password whose own characters break the URL", async () => {
  const secret = randomSecret();
  const before = fc.constantFrom(
    "http://",
    "https://",
    "http:/",
    "http:",
    "http:\\\\",
    "ftp://",
    "",
  );
  const special = fc.constantFrom("", "/", "#", "?", "@", ":", " ", "\\", "%", "//");
  await fc.assert(fc.asyncProperty(before, special, special, async (scheme, first, second) => {
    const source = `${scheme}user:${first}${secret}${second}@exporter:9100/metrics`;
    const faults = await faultsOf(fileWith({ pairs: [pairWith({ source })] }));
    for (const fault of faults) assert(!fault.includes(secret), JSON.stringify({ source, fault }));
  }));
});

Deno.test("loadConfig() never shows the query of a URL, which may hold a key", async () => {
  const secret = randomSecret();
  const source = `ftp://exporter:9100/probe?key=${secret}`;
  const destination = `https://push/metrics/node/rpi?token=${secret}`;
  await assertHidden(fileWith({ pairs: [pairWith({ source })] }), secret);
  await assertHidden(fileWith({ pairs: [pairWith({ destination })] }), secret);
});

Deno.test("loadConfig() never shows a piece of JSON that is broken anywhere", async () => {
  const secret = randomSecret();
  const text = JSON.stringify(
    fileWith({
      bearer_token: secret,
      pairs: [pairWith({ bearer_token: secret, source: `http://u:${secret}@x/` })],
    }),
    null,
    2,
  );
  const place = fc.nat(text.length);
  const junk = fc.constantFrom("", '"', "\\", "\n", "{", "}", "]", ",", ":", "\u0000", "//", "x");
  await fc.assert(
    fc.asyncProperty(place, place, junk, async (from, to, inserted) => {
      const broken = text.slice(0, Math.min(from, to)) + inserted + text.slice(Math.max(from, to));
      fc.pre(!isJson(broken));
      for (const fault of await faultsOf(broken)) assert(!fault.includes(secret), fault);
    }),
    { numRuns: 500 },
  );
});

/** Every place a secret can be at, with what must not be there beside it. */
const PLACES: Record<string, (secret: unknown) => Record<string, unknown>> = {
  bearer_token: (secret) => ({ bearer_token: secret }),
  bearer_token_file: (secret) => ({ bearer_token_file: secret }),
  "a header": (secret) => ({ headers: { "X-Key": secret } }),
  "a header's name": (secret) => ({ headers: { [`Authorization: ${secret}`]: "" } }),
  headers: (secret) => ({ headers: secret }),
  "a parameter": (secret) => ({ params: { key: secret } }),
  "a parameter's list": (secret) => ({ params: { key: [secret, 1] } }),
  params: (secret) => ({ params: secret }),
  basic_auth: (secret) => ({ basic_auth: secret }),
  username: (secret) => ({ basic_auth: { username: secret, x: 1 } }),
  password: (secret) => ({ basic_auth: { username: ":", password: secret } }),
  "a password alone": (secret) => ({ basic_auth: { password: secret } }),
  password_file: (secret) => ({ basic_auth: { username: "a", password_file: secret } }),
  source_bearer_token_file: (secret) => ({ source_bearer_token_file: secret }),
  ca_file: (secret) => ({ source_tls: { ca_file: secret } }),
  key_file: (secret) => ({ destination_tls: { cert_file: "/c", key_file: secret } }),
};

Deno.test("loadConfig() shows no secret from any place, whatever it is that is wrong there", async () => {
  const secret = randomSecret();
  const forms = [secret, ` ${secret}\n`, `${secret}é`, [secret], { x: secret }, [[secret]]];
  for (const make of Object.values(PLACES)) {
    for (const form of forms) {
      const entries = make(form);
      const unknown = { nonsense: 1, ...entries };
      for (const file of [fileWith(unknown), fileWith({ pairs: [pairWith(unknown)] })]) {
        await assertHidden(file, secret);
      }
      const source = { files: ["a.json"], destination: "http://a/metrics/b/c", ...unknown };
      await assertHidden(fileWith({ sources: [source] }), secret);
    }
  }
});

Deno.test("loadConfig() shows nothing of the files it reads, nor of variables", async () => {
  const secret = randomSecret();
  const env = { SECRET: secret };
  const named = { "/s": `${secret}\n${secret}` };
  for (const make of Object.values(PLACES)) {
    await assertHidden(fileWith({ ...make("/s"), nonsense: 1 }), secret, { files: named });
    await assertHidden(fileWith({ ...make("${SECRET}"), nonsense: 1 }), secret, { env });
    await assertHidden(fileWith({ ...make("${SECRET}\n"), nonsense: 1 }), secret, { env });
  }
  for (const key of ["interval", "max_body", "bearer_token_file"]) {
    await assertHidden(fileWith({ [key]: "${SECRET}!" }), secret, { env });
  }
  const pairs = [pairWith({ source: "ftp://${SECRET}/", destination: ["${SECRET}"] })];
  await assertHidden(fileWith({ pairs }), secret, { env });
});

Deno.test("loadConfig() shows no parameter of a target that makes no pair", async () => {
  const secret = randomSecret();
  const labels = { __param_key: secret, __scheme__: secret, job: ".." };
  const files = { "/etc/prompipe/a.json": JSON.stringify([{ targets: ["a:1"], labels }]) };
  const broken = { "/etc/prompipe/a.yml": `- targets: [a]\n  labels: {__param_key: "${secret}` };
  for (const around of [files, broken]) {
    const names = Object.keys(around).map((path) => path.replace("/etc/prompipe/", ""));
    const sources = [{ files: names, destination: "http://a/metrics/{job}/{instance}" }];
    const loaded = await load(fileWith({ sources }), { files: around });
    assert(loaded.ok && loaded.warnings.length === 1);
    assert(!loaded.warnings[0]!.includes(secret), loaded.warnings[0]);
  }
});
