import { assert, assertEquals } from "@std/assert";
import { PutDelivery } from "../../sender/delivery.ts";
import { FakeFetch } from "../fakes/fetch.ts";
import { makeDestination } from "../fakes/pair.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { report } from "./reports.ts";

const ORIGIN = "http://push.example";
const TOKEN = randomSecret();

async function deliver({ fetch }: FakeFetch) {
  const delivery = new PutDelivery({
    destination: makeDestination(`${ORIGIN}/metrics/node/rpi`, { bearerToken: TOKEN }),
    userAgent: "prompipe/test",
    timeoutMs: 10_000,
    fetch,
  });
  return await delivery.deliver(report(), new AbortController().signal);
}

function redirecting(location: string | undefined, { status = 307, hops = 1 } = {}): FakeFetch {
  let left = hops;
  return new FakeFetch(() =>
    left-- > 0
      ? new Response("moved", { status, headers: location === undefined ? {} : { location } })
      : new Response(null, { status: 204 })
  );
}

Deno.test("PutDelivery.deliver() puts the same again where the origin redirects within", async () => {
  for (const status of [301, 302, 307, 308]) {
    const fake = redirecting("/behind/metrics/node/rpi", { status });
    assert((await deliver(fake)).ok, String(status));
    const [first, second] = fake.sent;
    assertEquals(second, { ...first!, url: `${ORIGIN}/behind/metrics/node/rpi` });
    assertEquals(second!.headers["authorization"], `Bearer ${TOKEN}`);
  }
});

Deno.test("PutDelivery.deliver() sends nothing to another origin, not even without the token", async () => {
  const table: [string, string][] = [
    ["https://push.example/metrics/node/rpi", "https://push.example"],
    ["http://push.example:8080/metrics/node/rpi", "http://push.example:8080"],
    ["//evil.example/metrics/node/rpi", "http://evil.example"],
    ["http://push.example@evil.example/", "http://evil.example"],
    ["ftp://push.example/", "ftp://push.example"],
    [`http://${"a".repeat(10_000)}/`, `http://${"a".repeat(292)}…`],
  ];
  for (const [location, origin] of table) {
    const fake = redirecting(location);
    const result = await deliver(fake);
    assert(!result.ok && !result.refused && !result.retriable);
    assertEquals(
      result.reason,
      `redirected to another origin, ${origin}, which the token must not follow: ` +
        "make that the destination",
    );
    assertEquals(fake.sent.map(({ url }) => url), [`${ORIGIN}/metrics/node/rpi`]);
  }
});

Deno.test("PutDelivery.deliver() checks each hop for itself", async () => {
  const locations = ["/second", "http://evil.example/third"];
  const fake = new FakeFetch(() =>
    new Response(null, { status: 307, headers: { location: locations.shift()! } })
  );
  assert(!(await deliver(fake)).ok);
  assertEquals(fake.sent.map(({ url }) => url), [`${ORIGIN}/metrics/node/rpi`, `${ORIGIN}/second`]);
});

Deno.test("PutDelivery.deliver() follows five redirects and no sixth", async () => {
  assert((await deliver(redirecting("/b", { hops: 5 }))).ok);
  const loop = redirecting("/b", { hops: Infinity });
  const result = await deliver(loop);
  assert(!result.ok && !result.refused);
  assertEquals([result.reason, loop.sent.length], ["more than 5 redirects", 6]);
});

Deno.test("PutDelivery.deliver() gives up at once where a redirect leads nowhere", async () => {
  for (const location of [undefined, "", "http://", "http://push.example:99999/"]) {
    const fake = redirecting(location, { hops: Infinity });
    const result = await deliver(fake);
    assert(!result.ok && !result.refused, String(location));
    assertEquals(fake.sent.length, 1, String(location));
  }
});
