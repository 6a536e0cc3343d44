import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Registry } from "prom-client";
import { keyPairFiles, KeyPairMetrics, readKeyPair, watchKeyPair } from "../../cli/key_pair.ts";
import { bindPushPort } from "../../cli/push_listener.ts";
import { Fault } from "../../cli/terminal.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { Authority } from "../fakes/certificates.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";
import { type Part, testWithParts } from "../parts.ts";

/** A pair for 127.0.0.1, and what a client has to trust to take it. */
async function makePair(openssl: Part): Promise<{ cert: string; key: string; ca: string }> {
  await using authority = await Authority.make(openssl);
  return { ...await authority.issue("IP:127.0.0.1"), ca: authority.cert };
}

/** Sound, but not for TLS. */
async function makeWeakPair(
  { path, env }: Part,
  folder: string,
): Promise<{ cert: string; key: string }> {
  const [cert, key] = [`${folder}/weak.pem`, `${folder}/weak.key`];
  const make = ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=weak"];
  const args = [...make, "-out", cert, "-keyout", key];
  assert((await new Deno.Command(path, { args, env }).output()).success);
  return { cert, key };
}

async function faultOf(act: () => Promise<unknown>): Promise<string> {
  const fault = await assertRejects(act);
  assert(fault instanceof Fault, String(fault));
  return fault.message;
}

Deno.test("keyPairFiles() wants both or none", () => {
  assertEquals(keyPairFiles(undefined, undefined), undefined);
  assertEquals(keyPairFiles("c", "k"), { cert: "c", key: "k" });
  for (
    const [cert, key, set, missing] of [
      ["c", undefined, "--tls-cert", "--tls-key"],
      [undefined, "k", "--tls-key", "--tls-cert"],
    ] as const
  ) {
    const fault = assertThrows(() => keyPairFiles(cert, key)) as Fault;
    assertEquals(
      fault.message,
      `Cannot serve TLS: "${set}" is set, "${missing}" is not; set both or none`,
    );
  }
});

testWithParts(
  "readKeyPair() names the file that can't be used",
  ["openssl"],
  async ({ openssl }) => {
    await using folder = await TempDir.make();
    const [one, two] = [await makePair(openssl), await makePair(openssl)];
    const cert = await folder.write("cert.pem", one.cert);
    const key = await folder.write("key.pem", one.key);
    const other = await folder.write("other.pem", two.key);
    const none = `${folder.path}/none.pem`;
    const chain = await folder.write(
      "chain.pem",
      `A leaf:\n${one.cert}and who signed it:\n${one.ca}`,
    );
    const cut = await folder.write("cut.pem", (one.cert + one.ca).slice(0, -100));
    const locked = await folder.write("locked.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    const weak = await makeWeakPair(openssl, folder.path);
    assertEquals((await readKeyPair({ cert: chain, key })).key, one.key);
    assertEquals((await readKeyPair({ cert, key })).key, one.key);
    for (
      const [files, message] of [
        [{ cert: none, key }, `Cannot read certificate "${none}": no such file`],
        [{ cert, key: none }, `Cannot read key "${none}": no such file`],
        [{ cert: key, key }, `Cannot use certificate "${key}": it is no certificate in PEM`],
        [{ cert, key: cert }, `Cannot use key "${cert}": it is no key in PEM`],
        [{ cert: cut, key }, `Cannot use certificate "${cut}": it is no certificate in PEM`],
        [
          { cert, key: locked },
          `Cannot use key "${locked}": it has a passphrase, and nobody is there to type it; ` +
          "openssl pkey -in OLD -out NEW takes it off",
        ],
        [
          weak,
          `Cannot use certificate "${weak.cert}" with key "${weak.key}": key too small`,
        ],
        [{ cert, key: other }, `Cannot use key "${other}": certificate "${cert}" needs another`],
      ] as const
    ) {
      assertEquals(await faultOf(() => readKeyPair(files)), message);
    }
  },
);

testWithParts(
  "readKeyPair() takes the keys that TLS is spoken with here, and names the kind of any other",
  ["openssl"],
  async ({ openssl }) => {
    await using folder = await TempDir.make();
    const files = { cert: `${folder.path}/cert.pem`, key: `${folder.path}/key.pem` };
    const curve = (name: string) => ["ec", "-pkeyopt", `ec_paramgen_curve:${name}`];
    const table: [newKey: string[], kind: string | undefined][] = [
      [["rsa:2048"], undefined],
      [curve("prime256v1"), undefined],
      [curve("secp384r1"), undefined],
      [curve("secp521r1"), undefined],
      [["ed25519"], undefined],
      [["ed448"], "ed448"],
      [["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], "rsa-pss"],
      [curve("secp256k1"), "secp256k1"],
    ];
    for (const [newKey, kind] of table) {
      const { success } = await new Deno.Command(openssl.path, {
        args: [
          ...["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=test", "-newkey", ...newKey],
          ...["-keyout", files.key, "-out", files.cert],
        ],
        env: openssl.env,
        stderr: "null",
      }).output();
      assert(success, newKey.join(" "));
      const outcome = await readKeyPair(files).then(() => undefined, (error) => error.message);
      const fault =
        `Cannot use key "${files.key}": it is of kind "${kind}", with which TLS is not ` +
        "spoken here; make one of RSA, P-256, P-384, P-521 or Ed25519";
      assertEquals(outcome, kind === undefined ? undefined : fault);
    }
  },
);

testWithParts(
  "watchKeyPair() takes a new pair for new connections, and keeps the old where it is faulty",
  ["openssl"],
  async ({ openssl }) => {
    await using folder = await TempDir.make();
    const [one, two] = [await makePair(openssl), await makePair(openssl)];
    const files = {
      cert: await folder.write("cert.pem", one.cert),
      key: await folder.write("key.pem", one.key),
    };
    const log = new RecordedLog();
    const registry = new Registry();
    const first = await readKeyPair(files);
    const port = await bindPushPort({ host: "127.0.0.1", port: 0 }, { log, tls: first });
    const listener = port.answer(
      () => Promise.resolve(new Response("ok")),
      () => Promise.resolve(new Response("no")),
    );
    const metrics = new KeyPairMetrics(registry);
    const watched = watchKeyPair({ files, first, use: port.setKeyPair, metrics, log });
    const isUsed = async ({ ca }: { ca: string }) => {
      const client = Deno.createHttpClient({ caCerts: [ca], poolMaxIdlePerHost: 0 });
      try {
        return await (await fetch(`https://${listener.address}/`, { client })).text() === "ok";
      } catch {
        return false;
      } finally {
        client.close();
      }
    };
    const sound = async () =>
      (await registry.getSingleMetric("prompipe_receiver_tls_reload_success")!
        .get()).values[0]!.value;
    const said = () => log.events.slice(1).map(({ event }) => event);
    try {
      assertEquals([await isUsed(one), await isUsed(two), await sound()], [true, false, 1]);

      await folder.write("cert.pem", two.cert);
      await watched.reload();
      await watched.reload();
      assertEquals([await isUsed(one), await sound(), said()], [true, 0, ["certificate kept"]]);

      await folder.write("key.pem", two.key);
      await watched.reload();
      assertEquals([await isUsed(one), await isUsed(two), await sound()], [false, true, 1]);
      assertEquals(said(), ["certificate kept", "certificate read"]);
    } finally {
      watched.stop();
      await listener.shutdown();
    }
  },
);
