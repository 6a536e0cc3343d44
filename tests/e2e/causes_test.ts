// Every way to be down is made to happen, by a real sender where it is a source's, and is
// called the same wherever an operator looks.

import { assertEquals, assertMatch } from "@std/assert";
import { SENDER_CAUSES } from "../../protocol/mod.ts";
import { FakeExporter } from "../fakes/exporter.ts";
import { freePort } from "./free_port.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const CAUSES = [...SENDER_CAUSES, "sender_silent"].sort();

/** By the name of the target, which is the cause that it should have. */
type Causes = Record<string, string | undefined>;

/** The cause in the text of each target's answer to a scrape. */
async function inScrapes(receiver: Receiver): Promise<Causes> {
  return Object.fromEntries(
    await Promise.all(CAUSES.map(async (name) => {
      const { status, text } = await receiver.scrape(`/metrics/down/${name}`);
      assertEquals(status, name.startsWith("source_") ? 502 : 503, `${name}: ${text}`);
      return [name, text.split(":")[0]] as const;
    })),
  );
}

async function inMetrics(receiver: Receiver): Promise<Causes> {
  const { text } = await receiver.scrape("/metrics");
  const line =
    /^prompipe_receiver_target_down\{target_job="down",target_instance="(.*)",cause="(.*)"\} 1$/gm;
  return Object.fromEntries([...text.matchAll(line)].map((match) => [match[1]!, match[2]]));
}

async function inApi(receiver: Receiver): Promise<Causes> {
  const { text } = await receiver.scrape("/api/v1/targets");
  const { targets } = JSON.parse(text) as { targets: { instance: string; cause: string }[] };
  return Object.fromEntries(targets.map(({ instance, cause }) => [instance, cause]));
}

async function onPage(receiver: Receiver): Promise<Causes> {
  const { text } = await receiver.scrape("/");
  const row = /<tr class="\w+" data-cause="(\w+)">.*?data-f="instance"[^>]*>(\w+)<.*?<\/tr>/gs;
  return Object.fromEntries([...text.matchAll(row)].map(([html, cause, instance]) => {
    assertMatch(html, new RegExp(`data-f="cause">${cause}<`));
    return [instance!, cause];
  }));
}

Deno.test("every cause of a target that is down is the same in metric, text, page and API", async () => {
  await using receiver = await Receiver.start({ args: ["--max-body", "1KiB"] });
  await using hanging = FakeExporter.startHanging();
  await using failing = FakeExporter.start(() => new Response("", { status: 500 }));
  await using large = FakeExporter.start(() => new Response("x".repeat(5_000)));
  await using invalid = FakeExporter.start(() =>
    new Response("x", { headers: { "Content-Encoding": "br" } })
  );
  const pair = (name: string, address: string) => ({
    source: `http://${address}/metrics`,
    destination: receiver.destination(`/metrics/down/${name}`),
  });
  await using _sender = await Sender.start({
    bearer_token: receiver.token,
    interval: "500ms",
    timeout: "500ms",
    max_body: "4KiB",
    pairs: [
      pair("source_refused", `127.0.0.1:${freePort()}`),
      pair("source_timeout", hanging.address),
      pair("source_status", failing.address),
      pair("source_too_large", large.address),
      pair("source_invalid", invalid.address),
    ],
  });
  const short = { "Prompipe-Ttl": "0.001" };
  for (const name of ["sender_silent", "push_refused"]) {
    assertEquals(await receiver.push(`/metrics/down/${name}`, "x 1\n", short), 204);
  }
  assertEquals(await receiver.push("/metrics/down/push_refused", "x".repeat(2_000)), 413);

  const expected = Object.fromEntries(CAUSES.map((name) => [name, name]));
  await waitFor(async () => assertEquals(await inScrapes(receiver), expected), {
    timeoutMs: 15_000,
    what: "every target down for its reason",
  });
  assertEquals(await inMetrics(receiver), expected);
  assertEquals(await inApi(receiver), expected);
  assertEquals(await onPage(receiver), expected);
});
