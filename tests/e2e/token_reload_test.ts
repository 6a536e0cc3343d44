// Tokens swapped by SIGHUP while senders push.

import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../../receiver/token_book.ts";
import { newToken, Receiver, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const FULL = Deno.env.get("PROMPIPE_TEST_FULL") === "1";
const PUSHES_PER_SECOND = 500;
const PUSHES = FULL ? 30_000 : 1_500;
/** In place of a status. */
const NO_ANSWER = 0;
const WAIT = { timeoutMs: 30_000, what: "the reload" };

interface Token {
  readonly name: string;
  readonly token: string;
  readonly targets?: readonly string[];
  readonly expires?: string;
}

function file(tokens: readonly Token[], more: Record<string, unknown> = {}): string {
  const entries = tokens.map(({ token, ...rest }) => ({ ...rest, sha256: sha256(token) }));
  return JSON.stringify({ tokens: entries, ...more });
}

/** A receiver that reads its tokens from a file which the test may change. */
async function start(tokens: readonly Token[]) {
  const folder = await TempDir.make();
  const config = await folder.write("receiver.json", file(tokens));
  const receiver = await Receiver.start({ args: ["--config", config] });
  return {
    receiver,
    config,
    /** Pushes with a token; the status, and the answer's text. */
    push: async (token: string, path: string) => {
      const response = await fetch(receiver.destination(path), {
        method: "PUT",
        headers: { Authorization: `Bearer ${token}` },
        body: "x 1\n",
      });
      return { status: response.status, text: await response.text() };
    },
    metric: async (name: string) => {
      const { text } = await receiver.scrape("/metrics");
      const line = text.split("\n").find((each) => each.startsWith(`prompipe_receiver_${name} `));
      return Number(line?.split(" ")[1]);
    },
    [Symbol.asyncDispose]: async () => {
      await receiver[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("no good push fails while SIGHUP swaps the tokens under 500 pushes a second", async () => {
  const home = { name: "home", token: newToken(), targets: ["home/*"] };
  const office = { name: "office", token: newToken(), targets: ["office/*"] };
  await using room = await start([home, office]);
  const { receiver } = room;

  const statuses = new Map<number, number>();
  let swapping = true;
  const startMs = performance.now();
  let sent = 0;
  const under = new Set<Promise<void>>();
  const pushing = (async () => {
    while (swapping) {
      // What a second's clock owes by now, so that a slow moment is made up for.
      const owed = Math.floor((performance.now() - startMs) / 1000 * PUSHES_PER_SECOND);
      for (; sent < owed; sent++) {
        const { name, token } = sent % 2 === 0 ? home : office;
        const path = `/metrics/${name}/${sent % 50}`;
        const one = room.push(token, path).catch(() => ({ status: NO_ANSWER })).then(
          ({ status }) => {
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            under.delete(one);
          },
        );
        under.add(one);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(under);
  })();

  let swaps = 0;
  let other = { name: "other", token: newToken() };
  try {
    for (; sent < PUSHES; swaps++) {
      // Now and then a fault, which changes nothing.
      const bad = swaps % 4 === 3;
      if (!bad) other = { name: "other", token: newToken() };
      await Deno.writeTextFile(room.config, bad ? "{" : file([other, office, home]));
      const result = `config_reloads_total{result="${bad ? "failure" : "success"}"}`;
      const before = await room.metric(result);
      receiver.process.signal("SIGHUP");
      await waitFor(async () => assertEquals(await room.metric(result), before + 1), WAIT);
      assertEquals(await room.metric("config_last_reload_successful"), bad ? 0 : 1);
      assertEquals((await room.push(other.token, "/metrics/other/x")).status, 204);
    }
  } finally {
    swapping = false;
    await pushing;
  }
  assertEquals([...statuses], [[204, sent]]);
  assert(swaps > 10, `${swaps} swaps`);
});

Deno.test("a token of a/* gets 403 for b/x; expired, unknown and malformed ones all get the same 401", async () => {
  const scoped = { name: "scoped", token: newToken(), targets: ["a/*"] };
  const old = { name: "old", token: newToken(), expires: "2020-01-01T00:00:00Z" };
  await using room = await start([scoped, old]);
  assertEquals((await room.push(scoped.token, "/metrics/a/x")).status, 204);
  assertEquals(await room.push(scoped.token, "/metrics/b/x"), {
    status: 403,
    text: "this token may not write this path\n",
  });
  for (const token of [old.token, newToken(), `${scoped.token}x`, scoped.token.slice(1), "a b"]) {
    const answer = await room.push(token, "/metrics/a/x");
    assertEquals(answer, { status: 401, text: "a good bearer token is needed\n" });
  }
  await room.receiver.process.waitForOutput(/msg="token expired" token=old/);
  assert(!room.receiver.process.output.includes(scoped.token));
});

Deno.test("two tokens that claim one target: the second gets 409, and the log and a counter name both", async () => {
  const tokens = ["home", "office"].map((name) => ({ name, token: newToken() }));
  await using room = await start(tokens);
  const [home, office] = tokens.map(({ token }) => token);
  assertEquals((await room.push(home!, "/metrics/a/x")).status, 204);
  for (let count = 0; count < 3; count++) {
    assertEquals((await room.push(office!, "/metrics/a/x")).status, 409);
  }
  assertEquals(await room.metric('conflicts_total{owner="home",token="office"}'), 3);
  const { process } = room.receiver;
  await process.waitForOutput(/msg="target claimed twice".* owner=home token=office/);
  assertEquals(process.output.split("claimed twice").length, 2, "told once");
});

Deno.test("SIGHUP with a fault keeps the tokens, says why, and names options that need a restart", async () => {
  const home = { name: "home", token: newToken() };
  await using room = await start([home]);
  const { process } = room.receiver;
  await Deno.writeTextFile(room.config, '{"tokens": [{"name": "home"}]}');
  process.signal("SIGHUP");
  await process.waitForOutput(/level=error msg="reload failed" reason=.*tokens\[0\]\.sha256/);
  assertEquals((await room.push(home.token, "/metrics/a/x")).status, 204);
  assertEquals(await room.metric("config_last_reload_successful"), 0);

  await Deno.writeTextFile(room.config, file([home], { max_body: "1MiB", log_level: "warn" }));
  process.signal("SIGHUP");
  await process.waitForOutput(/msg="options need a restart" options="max_body log_level"/);
  assertEquals(await room.metric("config_last_reload_successful"), 1);

  await Deno.remove(room.config);
  process.signal("SIGHUP");
  await process.waitForOutput(/msg="reload failed" reason=.*: no such file"/);
  assertEquals((await room.push(home.token, "/metrics/a/x")).status, 204);
});

Deno.test("SIGHUP reads the file of BEARER_TOKEN_FILE again", async () => {
  await using folder = await TempDir.make();
  const [first, second] = [newToken(), newToken()];
  const path = await folder.write("token", first);
  const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
  await using process = startPrompipe(["receiver", ...listen], { BEARER_TOKEN_FILE: path });
  const [, address] = await process.waitForOutput(/listener=push address=(\S+)/);
  const push = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const url = `http://${address}/metrics/a/b`;
    const response = await fetch(url, { method: "PUT", headers, body: "x 1\n" });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await push(first), await push(second)], [204, 401]);
  await Deno.writeTextFile(path, second);
  process.signal("SIGHUP");
  await process.waitForOutput(/msg="tokens reloaded" tokens=1/);
  assertEquals([await push(first), await push(second)], [401, 204]);
});
