// The image of the Dockerfile: built by a real buildah from bases made on the spot, and
// run by a real runc as users are told to run it.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join, relative } from "@std/path";
import { leaveOut, type Part, testWithParts } from "../parts.ts";
import { BASES, makeBases } from "./container_bases.ts";
import { Images } from "./container_images.ts";
import {
  Container,
  type ContainerOptions,
  runContainer,
  whyNoContainer,
} from "./container_process.ts";
import { newToken } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

/** Of the header of an executable for Linux: where it tells its machine, and arm64 there. */
const ELF_MACHINE_AT = 18;
const ELF_ARM64 = 0xb7;
const CONTEXT = join(import.meta.dirname!, "..", "..");
const IMAGE = "localhost/prompipe";
const MAX_COMPRESSED_BYTES = 60_000_000;
const USER_ID = "65532";
const TIMEOUT_MS = 15_000;
const PARTS = ["buildah", "runc"] as const;

type Parts = Readonly<Record<typeof PARTS[number], Part>>;

/** Built once, for all tests of this file. */
let built: Promise<Images> | undefined;

Deno.test.afterAll(async () => {
  await (await built?.catch(() => undefined))?.[Symbol.asyncDispose]();
});

function imageTest(name: string, fn: (images: Images, parts: Parts) => Promise<void>): void {
  const why = whyNoContainer();
  if (why !== undefined) return leaveOut(name, why);
  testWithParts(name, PARTS, async (parts) => await fn(await (built ??= build(parts)), parts));
}

async function build({ buildah }: Parts): Promise<Images> {
  const images = await Images.make(buildah);
  try {
    await makeBases(images);
    await images.build(CONTEXT, IMAGE, { ...BASES, COMMIT: "abc1234" });
    return images;
  } catch (error) {
    await images[Symbol.asyncDispose]();
    throw error;
  }
}

async function start(
  images: Images,
  { runc }: Parts,
  options: Partial<ContainerOptions>,
): Promise<Container> {
  const [root, config] = [await images.unpack(IMAGE), await images.config(IMAGE)];
  return await Container.start(runc, { root, config, ...options });
}

async function waitUntilHealthy(container: Container): Promise<void> {
  await waitFor(async () => {
    const { code, output } = await container.checkHealth();
    assertEquals(code, 0, output + container.process.output);
  }, { timeoutMs: TIMEOUT_MS, what: "a container that is well" });
}

imageTest("the image is small, and tells how it is run", async (images) => {
  const bytes = await images.compressedBytes(IMAGE);
  assert(bytes <= MAX_COMPRESSED_BYTES, `${bytes} bytes compressed`);

  const config = await images.config(IMAGE);
  assertEquals(config.User, `${USER_ID}:${USER_ID}`);
  assertEquals(Object.keys(config.ExposedPorts).sort(), ["80/tcp", "9090/tcp"]);
  assertEquals(config.StopSignal, "SIGTERM");
  assertEquals(config.Cmd, ["receiver"]);
  assertEquals(config.WorkingDir, "/");
  assertEquals(config.Healthcheck.Test, ["CMD", ...config.Entrypoint, "healthcheck"]);
  const { version } = await project();
  assertEquals(pickLabels(config.Labels), {
    title: "prompipe",
    description: "Pipes metrics to a Prometheus that cannot reach their exporters",
    licenses: "Apache-2.0",
    version,
  });
});

function pickLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = "org.opencontainers.image.";
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

imageTest("the image adds the runtime and the program, and nothing else", async (images) => {
  const root = await images.unpack(IMAGE);
  const base = new Set(await filesBelow(await images.unpack(BASES.FINAL_BASE)));
  const added = (await filesBelow(root)).filter((file) => !base.has(file));
  const others = added.filter((file) => !/^opt\/prompipe\/[\w-]+\.js$/.test(file));
  assertEquals(others, ["opt/prompipe/deno.json", "opt/prompipe/prompipe"]);

  for (const file of ["opt/prompipe", ...added]) {
    const { uid, mode } = await Deno.stat(join(root, file));
    assertEquals({ uid, writable: (mode ?? 0) & 0o022 }, { uid: 0, writable: 0 }, file);
  }
  const state = await Deno.stat(join(root, "state"));
  assertEquals([state.isDirectory, String(state.uid), String(state.gid)], [true, USER_ID, USER_ID]);
  const granted = JSON.parse(await Deno.readTextFile(join(root, "opt/prompipe/deno.json")));
  const { unstable, permissions } = await project();
  assertEquals(granted, { unstable, permissions: { default: permissions.default } });
});

async function filesBelow(root: string): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else files.push(relative(root, path));
    }
  };
  await walk(root);
  return files.sort();
}

imageTest("a receiver and a sender from the image pipe, read-only and not as root", async (
  images,
  parts,
) => {
  const token = newToken();
  await using receiver = await start(images, parts, { env: { BEARER_TOKEN: token } });
  await waitUntilHealthy(receiver);

  const url = "http://127.0.0.1/metrics/fooservice/rpi";
  const put = { method: "PUT", headers: { Authorization: `Bearer ${token}` }, body: "pushed 1\n" };
  assertEquals((await receiver.fetch(url, put)).status, 204);
  assertEquals(await receiver.fetch("http://127.0.0.1:9090/metrics/fooservice/rpi"), {
    status: 200,
    text: "pushed 1\n",
  });

  await using folder = await TempDir.make();
  const config = await writeConfig(folder, token);
  await using sender = await start(images, parts, {
    args: ["sender", "--metrics-listen", "127.0.0.1:9091"],
    files: { "/config.json": config },
    beside: receiver,
  });
  await waitFor(async () => {
    const { status, text } = await receiver.fetch("http://127.0.0.1:9090/metrics/self/a");
    assertEquals(status, 200, text + sender.process.output);
    assertStringIncludes(text, "prompipe_");
  }, { timeoutMs: TIMEOUT_MS, what: "what the sender scraped" });

  for (const container of [sender, receiver]) {
    assertEquals(await container.status("Uid"), Array(4).fill(USER_ID).join("\t"));
    assertEquals(await container.status("Gid"), Array(4).fill(USER_ID).join("\t"));
    assertEquals(await container.status("CapEff"), "0000000000000000");
    assertEquals(await container.status("Name"), "prompipe");
    assert((await container.mountOptions("/")).includes("ro"), "a root that can be written");
    assertEquals((await container.stop()).code, 0, container.process.output);
    const lines = container.process.output.trim().split("\n");
    assertEquals(lines.filter((line) => !/^time=\S+ level=info /.test(line)), []);
  }
});

/** Writes a config that pipes what the receiver tells of itself. */
async function writeConfig(folder: TempDir, token: string): Promise<string> {
  const path = join(folder.path, "config.json");
  const pair = {
    source: "http://127.0.0.1:9090/metrics",
    destination: "http://127.0.0.1/metrics/self/a",
  };
  const config = { bearer_token: token, interval: "200ms", pairs: [pair] };
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

imageTest("a receiver from the image takes its token from a file", async (images, parts) => {
  const token = newToken();
  await using folder = await TempDir.make();
  const file = join(folder.path, "token");
  await Deno.writeTextFile(file, `${token}\n`);
  await using receiver = await start(images, parts, {
    env: { BEARER_TOKEN_FILE: "/run/secrets/bearer_token" },
    files: { "/run/secrets/bearer_token": file },
  });
  await waitUntilHealthy(receiver);
  const url = "http://127.0.0.1/metrics/a/b";
  for (const [shown, status] of [[token, 204], [newToken(), 401]] as const) {
    const headers = { Authorization: `Bearer ${shown}` };
    assertEquals(
      (await receiver.fetch(url, { method: "PUT", headers, body: "a 1\n" })).status,
      status,
    );
  }
});

imageTest("the image's health check fails where nobody listens", async (images, parts) => {
  await using receiver = await start(images, parts, {
    args: ["receiver", "--scrape-listen", ":9099"],
    env: { BEARER_TOKEN: newToken() },
  });
  await receiver.process.waitForOutput(/listening listener=scrape/);
  const { code, output } = await receiver.checkHealth();
  assertEquals(code, 1);
  assertMatch(output, /Not healthy: "http:\/\/127\.0\.0\.1:9090\/healthz" doesn't answer/);
});

imageTest("the image's health check serves a sender that listens", async (images, parts) => {
  await using folder = await TempDir.make();
  await using sender = await start(images, parts, {
    args: ["sender"],
    env: { PROMPIPE_METRICS_LISTEN: ":9090" },
    files: { "/config.json": await writeConfig(folder, newToken()) },
  });
  await waitUntilHealthy(sender);
});

imageTest("the image runs any command, and ends with its status", async (images, { runc }) => {
  const [root, config] = [await images.unpack(IMAGE), await images.config(IMAGE)];
  const run = async (...args: string[]) => await runContainer(runc, { root, config, args });

  const { version } = await project();
  const told = { code: 0, output: `prompipe ${version} (abc1234)\n` };
  assertEquals(await run("--version"), told);
  assertEquals((await run("receiver")).code, 2);
  const { code, output } = await run("sender");
  assertEquals(code, 2);
  assertStringIncludes(output, '"config.json"');
});

imageTest("the image for arm64 is built on this machine too", async (images) => {
  const name = `${IMAGE}-arm64`;
  await images.build(CONTEXT, name, { ...BASES, TARGETARCH: "arm64" });
  const runtime = await Deno.readFile(join(await images.unpack(name), "opt/prompipe/prompipe"));
  assertEquals(runtime[ELF_MACHINE_AT], ELF_ARM64);
});

async function project() {
  return JSON.parse(await Deno.readTextFile(join(CONTEXT, "deno.json")));
}
