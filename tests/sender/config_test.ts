import { assertEquals } from "@std/assert";
import { pairFields } from "../../sender/pair.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { configOf, faultsOf, fileWith, pairWith } from "./config_file.ts";

Deno.test("loadConfig() fills in every setting that the file leaves out", async () => {
  const token = randomSecret();
  const config = await configOf({
    bearer_token: token,
    pairs: [{
      source: "http://192.168.1.100:9090/metrics?collect=cpu",
      destination: "http://push.example.com/metrics/foo/192.168.1.100",
    }],
  });
  assertEquals(config, {
    pairs: [{
      source: {
        url: new URL("http://192.168.1.100:9090/metrics?collect=cpu"),
        socketPath: undefined,
        headers: {},
        tls: undefined,
        filter: undefined,
      },
      destinations: [{
        url: new URL("http://push.example.com/metrics/foo/192.168.1.100"),
        target: { job: "foo", instance: "192.168.1.100" },
        bearerToken: token,
        tls: undefined,
      }],
      labels: {},
      intervalMs: 4_000,
      timeoutMs: 10_000,
      maxBodyBytes: 50 * 2 ** 20,
      mode: "push",
      paramsAllowed: [],
    }],
    self: undefined,
  });
});

Deno.test("loadConfig() lets a pair win over the top, each setting for itself", async () => {
  const [top, own] = [randomSecret(), randomSecret()];
  const config = await configOf({
    bearer_token: top,
    interval: "1m30s",
    timeout: "500ms",
    max_body: "512KiB",
    pairs: [
      pairWith({ destination: "https://push/metrics/a/1" }),
      pairWith({ destination: "https://push/metrics/a/2", bearer_token: own, interval: "1d" }),
      pairWith({ destination: "https://push/metrics/a/3", timeout: "100ms", max_body: "1B" }),
    ],
  });
  assertEquals(
    config.pairs.map((pair) => [
      pair.destinations[0].bearerToken,
      pair.intervalMs,
      pair.timeoutMs,
      pair.maxBodyBytes,
    ]),
    [
      [top, 90_000, 500, 524_288],
      [own, 86_400_000, 500, 524_288],
      [top, 90_000, 100, 1],
    ],
  );
});

Deno.test("loadConfig() needs no token at the top where every pair has its own", async () => {
  const [first, second] = [randomSecret(), randomSecret()];
  const config = await configOf({
    pairs: [
      pairWith({ destination: "https://push/metrics/a/1", bearer_token: first }),
      pairWith({ destination: "https://push/metrics/a/2", bearer_token: second }),
    ],
  });
  assertEquals(config.pairs.map((pair) => pair.destinations[0].bearerToken), [
    first,
    second,
  ]);
});

Deno.test("loadConfig() tells more than ten faults at once, each by its key path", async () => {
  const faults = await faultsOf({
    bearer_token: "two words",
    intervall: "4s",
    interval: 4,
    timeout: "10",
    max_body: "0B",
    pairs: [
      { source: "exporter:9100", destination: "http://push/metrics/a/b", interval: "99ms" },
      { destination: "http://push/metrics/a", srouce: true },
      "http://exporter:9100/metrics",
    ],
  });
  assertEquals(faults.toSorted(), [
    '"bearer_token" must be the receiver\'s token: visible ASCII characters without spaces; ' +
    "its value is not shown",
    '"interval" must be a duration from 100ms to 1d, such as "4s" or "1m30s"; it is 4',
    '"intervall" is unknown; did you mean "interval"?',
    '"max_body" must be a size, such as "512KiB" or "50MiB"; it is "0B"',
    '"pairs[0].interval" must be a duration from 100ms to 1d, such as "4s" or "1m30s"; ' +
    'it is "99ms"',
    '"pairs[0].source" must be an http:// or https:// URL without user and password, such as ' +
    '"http://127.0.0.1:9100/metrics", or a socket, such as "unix:///run/x.sock:/metrics"; it is "exporter:9100"',
    '"pairs[1].destination" must be an http(s):// or ws(s):// URL that ends in ' +
    '/metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi", or a list of them; ' +
    'it is "http://push/metrics/a"',
    '"pairs[1].source" must be an http:// or https:// URL without user and password, such as ' +
    '"http://127.0.0.1:9100/metrics", or a socket, such as "unix:///run/x.sock:/metrics"; it is missing',
    '"pairs[1].srouce" is unknown; did you mean "source"?',
    '"pairs[2]" must be {"source": …, "destination": …}; it is "http://exporter:9100/metrics"',
    '"timeout" must be a duration from 100ms to 1d, such as "10s"; it is "10"',
  ]);
});

Deno.test("loadConfig() names two pairs with one destination by their place in the file", async () => {
  const same = pairWith({ destination: "http://push/metrics/a/b" });
  const encoded = pairWith({ destination: "http://push/metrics/%61/b" });
  const other = pairWith({ destination: "http://push/metrics/b/a" });
  assertEquals(await faultsOf(fileWith({ pairs: [same, other, encoded] })), [
    '"pairs[2].destination" must be another than that of pairs[0]',
  ]);
});

Deno.test("loadConfig() counts the place of a pair with those that are no pairs before it", async () => {
  const same = pairWith({ destination: "http://push/metrics/a/b" });
  assertEquals(await faultsOf(fileWith({ pairs: [1, same, same] })), [
    '"pairs[0]" must be {"source": …, "destination": …}; it is 1',
    '"pairs[2].destination" must be another than that of pairs[1]',
  ]);
});

Deno.test("loadConfig() takes two destinations that differ in host, port or path before", async () => {
  const destinations = [
    "http://push/metrics/a/b",
    "http://push:8080/metrics/a/b",
    "http://other/metrics/a/b",
    "http://push/second/metrics/a/b",
  ];
  const pairs = destinations.map((destination) => pairWith({ destination }));
  assertEquals(await faultsOf(fileWith({ pairs })), []);
});

Deno.test("pairFields() leaves out the source's query, which may hold secrets", async () => {
  const secret = randomSecret();
  const config = await configOf(
    fileWith({ pairs: [pairWith({ source: `http://exporter:9100/metrics?key=${secret}` })] }),
  );
  assertEquals(pairFields(config.pairs[0]!), {
    source: "http://exporter:9100/metrics",
    destination: "http://push.example/metrics/node/rpi",
  });
});
