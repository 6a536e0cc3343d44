import { assert, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { randomSecret } from "../fakes/random_secret.ts";
import { faultsOf, fileWith, pairWith } from "./config_file.ts";

/** Wrong in more than one way, and whatever it is, its value holds the secret. */
function wrongTokens(secret: string): unknown[] {
  return [` ${secret}`, `${secret}\n`, `${secret}é`, [secret], { [`token`]: secret }];
}

function assertHidden(file: unknown, secret: string): void {
  const faults = faultsOf(file);
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

Deno.test("parseConfig() never shows a bearer token, at the top or in a pair", () => {
  const secret = randomSecret();
  for (const token of wrongTokens(secret)) {
    assertHidden(fileWith({ bearer_token: token }), secret);
    assertHidden(fileWith({ pairs: [pairWith({ bearer_token: token })] }), secret);
    assertHidden(fileWith({ bearer_token: token, pairs: [] }), secret);
    assertHidden({ bearer_token: token }, secret);
  }
});

Deno.test("parseConfig() never shows the right token beside other faults", () => {
  const secret = randomSecret();
  assertHidden(fileWith({ bearer_token: secret, interval: 4, nonsense: 1 }), secret);
  assertHidden(fileWith({ pairs: [pairWith({ bearer_token: secret, source: "x" })] }), secret);
});

Deno.test("parseConfig() never shows user and password of a URL", () => {
  const secret = randomSecret();
  for (const scheme of ["http:", "https:", "ftp:", "HTTP:"]) {
    for (const userinfo of [`user:${secret}`, secret, `${secret}:`, `u@x:${secret}`]) {
      const pair = pairWith({
        source: `${scheme}//${userinfo}@exporter:9100/metrics`,
        destination: `${scheme}//${userinfo}@push/metrics/node/rpi`,
      });
      assertHidden(fileWith({ pairs: [pair] }), secret);
    }
  }
});

Deno.test("parseConfig() never shows a password whose own characters break the URL", () => {
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
  fc.assert(fc.property(before, special, special, (scheme, first, second) => {
    const source = `${scheme}user:${first}${secret}${second}@exporter:9100/metrics`;
    const faults = faultsOf(fileWith({ pairs: [pairWith({ source })] }));
    for (const fault of faults) assert(!fault.includes(secret), JSON.stringify({ source, fault }));
  }));
});

Deno.test("parseConfig() never shows the query of a URL, which may hold a key", () => {
  const secret = randomSecret();
  const source = `ftp://exporter:9100/probe?key=${secret}`;
  const destination = `https://push/metrics/node/rpi?token=${secret}`;
  assertHidden(fileWith({ pairs: [pairWith({ source })] }), secret);
  assertHidden(fileWith({ pairs: [pairWith({ destination })] }), secret);
});

Deno.test("parseConfig() never shows a piece of JSON that is broken anywhere", () => {
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
  fc.assert(
    fc.property(place, place, junk, (from, to, inserted) => {
      const broken = text.slice(0, Math.min(from, to)) + inserted + text.slice(Math.max(from, to));
      fc.pre(!isJson(broken));
      for (const fault of faultsOf(broken)) assert(!fault.includes(secret), fault);
    }),
    { numRuns: 500 },
  );
});
