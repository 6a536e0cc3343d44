import { assertEquals } from "@std/assert";
import { randomSecret } from "../fakes/random_secret.ts";
import { type Around, configOf, faultsOf, fileWith, load, pairWith } from "./config_file.ts";

/** The only pair of a file. */
async function pairOf(
  { top = {}, pair = {}, ...around }: Around & {
    readonly top?: Record<string, unknown>;
    readonly pair?: Record<string, unknown>;
  },
) {
  const { pairs } = await configOf(fileWith({ ...top, pairs: [pairWith(pair)] }), around);
  return pairs[0]!;
}

Deno.test("loadConfig() reads tokens from files beside the config, without the last newline", async () => {
  const [own, given] = [randomSecret(), randomSecret()];
  const top = { bearer_token: undefined, bearer_token_file: "token" };
  const files = { "/etc/prompipe/token": `${own}\r\n`, "/run/other": given };
  const first = await pairOf({ top, files });
  assertEquals(first.destinations[0].bearerToken, own);
  const second = await pairOf({ top, pair: { bearer_token_file: "/run/other" }, files });
  assertEquals(second.destinations[0].bearerToken, given);
  const third = await pairOf({ top, pair: { bearer_token: given }, files });
  assertEquals(third.destinations[0].bearerToken, given);
});

Deno.test("loadConfig() tells the files that a config depends on, with those not there", async () => {
  const basic_auth = { username: "a", password_file: "secrets/a" };
  const right = fileWith({ bearer_token: undefined, bearer_token_file: "/run/token", basic_auth });
  const files = { "/run/token": "a", "/etc/prompipe/secrets/a": "b" };
  const both = ["/run/token", "/etc/prompipe/secrets/a"];
  for (const around of [{ files }, {}]) {
    const loaded = await load(right, around);
    assertEquals(loaded.ok, around.files !== undefined);
    assertEquals(loaded.files, both);
  }
});

Deno.test("loadConfig() fills in variables, and leaves every other $ alone", async () => {
  const env = { HOST: "exporter", CREDENTIALS_DIRECTORY: "/run/credentials/x", P: "${HOST}" };
  const files = { "/run/credentials/x/token": "abc" };
  const pair = {
    bearer_token_file: "${CREDENTIALS_DIRECTORY}/token",
    source: "http://${HOST}:9100/metrics",
    headers: { "X-A": "a$b$$c$${HOST}$", "X-B": "${P}" },
  };
  const { source, destinations } = await pairOf({ pair, env, files });
  assertEquals(source.url.href, "http://exporter:9100/metrics");
  assertEquals(source.headers, { "X-A": "a$b$$c${HOST}$", "X-B": "${HOST}" });
  assertEquals(destinations[0].bearerToken, "abc");
});

Deno.test("loadConfig() names a variable that is not set, once, and shows no value of one", async () => {
  const secret = randomSecret();
  const env = { HOST: secret };
  const source = '"pairs[0].source" ';
  const table: [string, string][] = [
    ["http://${NONE}/", `${source}needs \${NONE}, which is not set`],
    [
      "http://${a-b}/",
      `${source}holds a \${ that no name of a variable and } follow; $\${ stands for a plain \${`,
    ],
    [
      "http://${HOST",
      `${source}holds a \${ that no name of a variable and } follow; $\${ stands for a plain \${`,
    ],
  ];
  for (const [value, fault] of table) {
    assertEquals(await faultsOf(fileWith({ pairs: [pairWith({ source: value })] }), { env }), [
      fault,
    ]);
  }
  const [fault] = await faultsOf(fileWith({ interval: "${HOST}" }), { env });
  assertEquals(
    fault,
    '"interval" must be a duration from 100ms to 1d, such as "4s" or "1m30s"; it is "${HOST}"',
  );
});

Deno.test("loadConfig() joins labels, headers and params of top and pair, the pair's own last", async () => {
  const { labels, source } = await pairOf({
    top: {
      labels: { site: "home", room: "x" },
      headers: { "X-A": "1", "X-B": "1" },
      params: { module: ["if_mib"], target: ["a"] },
    },
    pair: {
      source: "http://exporter/probe?a=%20b",
      labels: { room: "büro" },
      headers: { "X-B": "2" },
      params: { target: ["b c", "d&e"] },
    },
  });
  assertEquals(labels, { site: "home", room: "büro" });
  assertEquals(source.headers, { "X-A": "1", "X-B": "2" });
  assertEquals(source.url.search, "?a=%20b&module=if_mib&target=b+c&target=d%26e");
});

Deno.test("loadConfig() makes Authorization of what a source asks for, a pair's before the top's", async () => {
  const files = { "/etc/prompipe/t": "token\n", "/etc/prompipe/p": "p:w ü\n" };
  const basic_auth = { username: "ü", password_file: "p" };
  const basic = `Basic ${new TextEncoder().encode("ü:p:w ü").toBase64()}`;
  const first = await pairOf({ pair: { basic_auth }, files });
  assertEquals(first.source.headers, { Authorization: basic });
  const bearer = { source_bearer_token_file: "t" };
  const second = await pairOf({ top: { basic_auth }, pair: bearer, files });
  assertEquals(second.source.headers, { Authorization: "Bearer token" });
  const third = await pairOf({ top: bearer, pair: { basic_auth: { username: "a" } }, files });
  assertEquals(third.source.headers, { Authorization: "Basic YTo=" });
});

Deno.test("loadConfig() takes sockets and several destinations", async () => {
  const destination = ["http://a/metrics/node/1", "http://b/metrics/node/2"];
  const pair = { source: "unix:///run/x.sock:/metrics?a=b", destination };
  const { source, destinations } = await pairOf({ pair });
  assertEquals([source.socketPath, source.url.href], [
    "/run/x.sock",
    "http://localhost/metrics?a=b",
  ]);
  assertEquals(
    destinations.map(({ url, target }) => [url.href, target.instance]),
    [["http://a/metrics/node/1", "1"], ["http://b/metrics/node/2", "2"]],
  );
});

Deno.test("loadConfig() gives the sender's own metrics the top's settings", async () => {
  const bearer_token = randomSecret();
  const { self } = await configOf(fileWith({
    bearer_token,
    interval: "30s",
    labels: { site: "home" },
    self: { destination: "http://push/metrics/prompipe/rpi" },
  }));
  assertEquals(self, {
    destinations: [{
      url: new URL("http://push/metrics/prompipe/rpi"),
      target: { job: "prompipe", instance: "rpi" },
      bearerToken: bearer_token,
      tls: undefined,
    }],
    labels: { site: "home" },
    intervalMs: 30_000,
    timeoutMs: 10_000,
    maxBodyBytes: 50 * 2 ** 20,
    mode: "push",
    paramsAllowed: [],
  });
});

Deno.test("loadConfig() says of the new keys what is wrong with them", async () => {
  const files = { "/etc/prompipe/empty": "\n", "/etc/prompipe/two": "a\nb\n" };
  const duplicate = pairWith({ destination: ["http://a/metrics/b/c", "http://a/metrics/b/c"] });
  const table: [Record<string, unknown>, string][] = [
    [
      { bearer_token_file: "two" },
      '"bearer_token_file" can\'t stand beside "bearer_token": leave one out',
    ],
    [
      { labels: [] },
      '"labels" must be an object of names and texts, such as {"site": "home"}; it is empty',
    ],
    [
      { labels: { job: "a" } },
      '"labels" holds "job", which is reserved, as job, instance and names that begin with __ are',
    ],
    [{ labels: { a: 1 } }, '"labels" holds "a", which is no text'],
    [{ labels: { a: "\n" } }, '"labels" holds "a", which holds a control character'],
    [{ headers: { "a b": "c" } }, '"headers" holds a name that no header can have'],
    [{ headers: { a: "\n" } }, '"headers" holds "a" with a character that no header can have'],
    [
      { headers: { Connection: "close" } },
      '"headers" holds "Connection", which is prompipe\'s own',
    ],
    [
      { params: { a: "b" } },
      '"params" must be an object of names and lists of texts, such as {"module": ["if_mib"]}; its value is not shown',
    ],
    [{ basic_auth: {} }, '"basic_auth.username" must be a text without a colon; it is missing'],
    [
      { basic_auth: { username: "a:b" } },
      '"basic_auth.username" must be a text without a colon; its value is not shown',
    ],
    [
      { basic_auth: { username: "a", pasword: "b" } },
      '"basic_auth.pasword" is unknown; did you mean "password"?',
    ],
    [
      { basic_auth: { username: "a", password: "b", password_file: "two" } },
      '"basic_auth.password_file" can\'t stand beside "password": leave one out',
    ],
    [
      { source_bearer_token_file: "/none" },
      '"source_bearer_token_file" must name a file that can be read; "/none" is not there',
    ],
    [
      { source_bearer_token_file: "./two" },
      '"source_bearer_token_file" must name a file with a token: visible ASCII characters without spaces; "./two" has none',
    ],
    [
      { source_bearer_token_file: "empty" },
      '"source_bearer_token_file" must name a file with a token: visible ASCII characters without spaces; what it names, which is not shown, has none',
    ],
    [
      { source_tls: { ca_file: "./two" } },
      '"source_tls.ca_file" must name a file with certificates in PEM; "./two" has none',
    ],
    [
      { source_tls: { insecure_skip_verify: "yes" } },
      '"source_tls.insecure_skip_verify" must be true or false; it is "yes"',
    ],
    [
      { source_tls: [] },
      '"source_tls" must be an object such as {"ca_file": "ca.pem"}; it is empty',
    ],
    [
      { headers: { authorization: "x" }, basic_auth: { username: "a" } },
      '"basic_auth" can\'t stand beside "Authorization" in "headers"',
    ],
    [
      { self: {} },
      '"self.destination" must be an http(s):// or ws(s):// URL that ends in /metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi", or a list of them; it is missing',
    ],
    [
      { self: { destination: "http://push.example/metrics/node/rpi" } },
      '"self.destination" must be another than that of pairs[0]',
    ],
    [{ pairs: [duplicate] }, '"pairs[0].destination[1]" must be another than that of pairs[0]'],
    [
      { pairs: [pairWith({ destination: [] })] },
      '"pairs[0].destination" must be an http(s):// or ws(s):// URL that ends in /metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi", or a list of them; it is empty',
    ],
    [
      { pairs: [pairWith({ destination: ["http://a/metrics/b/c", "x"] })] },
      '"pairs[0].destination[1]" must be an http(s):// or ws(s):// URL that ends in /metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi", or a list of them; it is "x"',
    ],
  ];
  for (const [entries, fault] of table) {
    assertEquals(await faultsOf(fileWith(entries), { files }), [fault]);
  }
});

Deno.test("loadConfig() tells ten faults of ten kinds in one go, and no secret", async () => {
  const secret = randomSecret();
  const faults = await faultsOf({
    bearer_token: secret,
    bearer_token_file: "/run/none",
    intervall: "4s",
    timeout: "${TIMEOUT}",
    labels: { instance: "a" },
    headers: { "X-Key": `${secret}\n` },
    basic_auth: { username: "a", password_file: "/etc/two" },
    source_tls: { cert_file: "/run/none" },
    pairs: [
      pairWith({ source: `http://u:${secret}@exporter/metrics` }),
      pairWith({ destination: ["http://push.example/metrics/a"] }),
    ],
    sources: [{ files: ["targets/*"], destination: "https://push.example/metrics/{job}/x" }],
  }, { files: { "/etc/two": `${secret}\n${secret}` } });
  assertEquals(faults.toSorted(), [
    '"basic_auth.password_file" must name a file with a password on one line; "/etc/two" has none',
    '"bearer_token_file" can\'t stand beside "bearer_token": leave one out',
    '"headers" holds "X-Key" with a character that no header can have',
    '"intervall" is unknown; did you mean "interval"?',
    '"labels" holds "instance", which is reserved, as job, instance and names that begin with __ are',
    '"pairs[0].source" must be an http:// or https:// URL without user and password, such as ' +
    '"http://127.0.0.1:9100/metrics", or a socket, such as "unix:///run/x.sock:/metrics"; ' +
    "its value is not shown",
    '"pairs[1].destination[0]" must be an http(s):// or ws(s):// URL that ends in ' +
    '/metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi", or a list of ' +
    'them; it is "http://push.example/metrics/a"',
    '"source_tls.cert_file" needs "key_file" beside it',
    '"sources[0].files[0]" must be a list of paths that end in .json, .yml or .yaml, with a * in ' +
    'the last part at most; it is "targets/*"',
    '"timeout" needs ${TIMEOUT}, which is not set',
  ]);
  for (const fault of faults) assertEquals(fault.includes(secret), false);
});
