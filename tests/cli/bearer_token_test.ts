import { assert, assertEquals, assertRejects } from "@std/assert";
import { findBearerToken } from "../../cli/bearer_token.ts";
import { Fault } from "../../cli/terminal.ts";
import { randomSecret } from "../fakes/random_secret.ts";

const BAD = "holds more than visible ASCII characters";

function find(
  environment: Record<string, string>,
  files: Record<string, string> = {},
): Promise<string | undefined> {
  const read = (path: string) =>
    path in files
      ? Promise.resolve(files[path]!)
      : Promise.reject(new Deno.errors.NotFound("No such file or directory (os error 2)"));
  return findBearerToken((name) => environment[name], read);
}

async function faultOf(
  environment: Record<string, string>,
  files: Record<string, string> = {},
): Promise<string> {
  const fault = await assertRejects(() => find(environment, files));
  assert(fault instanceof Fault);
  assertEquals(fault.exitCode, 2);
  return fault.message;
}

Deno.test("findBearerToken() takes the token from the environment, a file or systemd", async () => {
  const [token, other] = [randomSecret(), randomSecret()];
  const symbols = "!#$%&'()*+,-./:;<=>?@[]^_`{|}~\"\\";
  const credentials = { CREDENTIALS_DIRECTORY: "/run/credentials/prompipe" };
  const credential = { "/run/credentials/prompipe/bearer_token": token };
  const file = { "/etc/token": token };
  const table: [Record<string, string>, Record<string, string>, string][] = [
    [{ BEARER_TOKEN: token }, {}, token],
    [{ BEARER_TOKEN: symbols }, {}, symbols],
    [{ BEARER_TOKEN_FILE: "/etc/token" }, file, token],
    [{ BEARER_TOKEN_FILE: "/etc/token" }, { "/etc/token": `\uFEFF \t${token}\r\n\n` }, token],
    [credentials, credential, token],
    // What was set by hand wins over what systemd brings.
    [{ ...credentials, BEARER_TOKEN: other }, credential, other],
    [{ ...credentials, BEARER_TOKEN_FILE: "/etc/token" }, { "/etc/token": other }, other],
    // Set to nothing is not set.
    [{ BEARER_TOKEN: "", BEARER_TOKEN_FILE: "/etc/token" }, file, token],
    [{ BEARER_TOKEN: token, BEARER_TOKEN_FILE: "" }, {}, token],
    [{ ...credentials, BEARER_TOKEN: "", BEARER_TOKEN_FILE: "" }, credential, token],
  ];
  for (const [environment, files, expected] of table) {
    assertEquals(await find(environment, files), expected);
  }
});

Deno.test("findBearerToken() returns nothing where no token is named, or none is there for it", async () => {
  assertEquals(await find({}), undefined);
  assertEquals(await find({ BEARER_TOKEN: "", BEARER_TOKEN_FILE: "" }), undefined);
  // A service may have other credentials.
  assertEquals(await find({ CREDENTIALS_DIRECTORY: "/run/c" }), undefined);
});

Deno.test("findBearerToken() refuses two tokens", async () => {
  const token = randomSecret();
  assertEquals(
    await faultOf({ BEARER_TOKEN: token, BEARER_TOKEN_FILE: "/etc/token" }, {
      "/etc/token": token,
    }),
    "Cannot choose a token: BEARER_TOKEN and BEARER_TOKEN_FILE are both set; unset one",
  );
});

Deno.test("findBearerToken() says which file it can't read", async () => {
  assertEquals(
    await faultOf({ BEARER_TOKEN_FILE: "/etc/none" }),
    'Cannot read the token of BEARER_TOKEN_FILE from "/etc/none": no such file',
  );
});

Deno.test("findBearerToken() refuses what can't be a token, and never shows it", async () => {
  const secret = randomSecret();
  const file = 'Cannot use the token: BEARER_TOKEN_FILE, "/f",';
  const credential = 'Cannot use the token: systemd\'s credential, "/c/bearer_token",';
  for (const bad of [" ", "\n", "\t", "é", "\0", "\x7f", "\u00a0"]) {
    const token = `${secret}${bad}${secret}`;
    const messages: [Record<string, string>, string][] = [
      [{ BEARER_TOKEN: token }, `Cannot use the token: BEARER_TOKEN ${BAD}`],
      [{ BEARER_TOKEN: `${secret}${bad}` }, `Cannot use the token: BEARER_TOKEN ${BAD}`],
      [{ BEARER_TOKEN_FILE: "/f" }, `${file} ${BAD}`],
      [{ CREDENTIALS_DIRECTORY: "/c" }, `${credential} ${BAD}`],
    ];
    for (const [environment, message] of messages) {
      const said = await faultOf(environment, { "/f": token, "/c/bearer_token": token });
      assert(!said.includes(secret), "the token is shown");
      assertEquals(said, message);
    }
  }
  for (const empty of ["", "\n", " \r\n"]) {
    assertEquals(await faultOf({ BEARER_TOKEN_FILE: "/f" }, { "/f": empty }), `${file} is empty`);
  }
});

Deno.test("findBearerToken() reads a real file", async () => {
  const token = randomSecret();
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, `${token}\n`);
    const environment: Record<string, string> = { BEARER_TOKEN_FILE: path };
    assertEquals(await findBearerToken((name) => environment[name]), token);
  } finally {
    await Deno.remove(path);
  }
});
