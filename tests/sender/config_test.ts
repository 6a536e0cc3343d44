import { assert, assertEquals } from "@std/assert";
import { parseConfig } from "../../sender/config.ts";
import { pairFields } from "../../sender/pair.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { faultsOf, fileWith, pairWith } from "./config_file.ts";

Deno.test("parseConfig() fills in every setting that the file leaves out", () => {
  const token = randomSecret();
  const parsed = parseConfig(JSON.stringify({
    bearer_token: token,
    pairs: [{
      source: "http://192.168.1.100:9090/metrics?collect=cpu",
      destination: "http://push.example.com/metrics/foo/192.168.1.100",
    }],
  }));
  assertEquals(parsed, {
    ok: true,
    config: {
      pairs: [{
        source: {
          url: new URL("http://192.168.1.100:9090/metrics?collect=cpu"),
          socketPath: undefined,
          headers: {},
          tls: undefined,
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
      }],
    },
  });
});

Deno.test("parseConfig() lets a pair win over the top, each setting for itself", () => {
  const [top, own] = [randomSecret(), randomSecret()];
  const parsed = parseConfig(JSON.stringify({
    bearer_token: top,
    interval: "1m30s",
    timeout: "500ms",
    max_body: "512KiB",
    pairs: [
      pairWith({ destination: "https://push/metrics/a/1" }),
      pairWith({ destination: "https://push/metrics/a/2", bearer_token: own, interval: "1d" }),
      pairWith({ destination: "https://push/metrics/a/3", timeout: "100ms", max_body: "1B" }),
    ],
  }));
  assert(parsed.ok);
  assertEquals(
    parsed.config.pairs.map((pair) => [
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

Deno.test("parseConfig() needs no token at the top where every pair has its own", () => {
  const [first, second] = [randomSecret(), randomSecret()];
  const parsed = parseConfig(JSON.stringify({
    pairs: [
      pairWith({ destination: "https://push/metrics/a/1", bearer_token: first }),
      pairWith({ destination: "https://push/metrics/a/2", bearer_token: second }),
    ],
  }));
  assert(parsed.ok);
  assertEquals(parsed.config.pairs.map((pair) => pair.destinations[0].bearerToken), [
    first,
    second,
  ]);
});

Deno.test("parseConfig() tells more than ten faults at once, each by its key path", () => {
  const faults = faultsOf({
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
    '"http://127.0.0.1:9100/metrics"; it is "exporter:9100"',
    '"pairs[1].destination" must be an http:// or https:// URL that ends in ' +
    '/metrics/{job}/{instance}, such as "https://push.example.com/metrics/node/rpi"; ' +
    'it is "http://push/metrics/a"',
    '"pairs[1].source" must be an http:// or https:// URL without user and password, such as ' +
    '"http://127.0.0.1:9100/metrics"; it is missing',
    '"pairs[1].srouce" is unknown; did you mean "source"?',
    '"pairs[2]" must be {"source": …, "destination": …}; it is "http://exporter:9100/metrics"',
    '"timeout" must be a duration from 100ms to 1d, such as "10s"; it is "10"',
  ]);
});

Deno.test("parseConfig() names two pairs with one destination by their place in the file", () => {
  const same = pairWith({ destination: "http://push/metrics/a/b" });
  const encoded = pairWith({ destination: "http://push/metrics/%61/b" });
  const other = pairWith({ destination: "http://push/metrics/b/a" });
  assertEquals(faultsOf(fileWith({ pairs: [same, other, encoded] })), [
    '"pairs[2].destination" must be another than that of pairs[0]',
  ]);
});

Deno.test("parseConfig() counts the place of a pair with those that are no pairs before it", () => {
  const same = pairWith({ destination: "http://push/metrics/a/b" });
  assertEquals(faultsOf(fileWith({ pairs: [1, same, same] })), [
    '"pairs[0]" must be {"source": …, "destination": …}; it is 1',
    '"pairs[2].destination" must be another than that of pairs[1]',
  ]);
});

Deno.test("parseConfig() takes two destinations that differ in host, port or path before", () => {
  const destinations = [
    "http://push/metrics/a/b",
    "http://push:8080/metrics/a/b",
    "http://other/metrics/a/b",
    "http://push/second/metrics/a/b",
  ];
  const pairs = destinations.map((destination) => pairWith({ destination }));
  assertEquals(faultsOf(fileWith({ pairs })), []);
});

Deno.test("pairFields() leaves out the source's query, which may hold secrets", () => {
  const secret = randomSecret();
  const parsed = parseConfig(JSON.stringify(
    fileWith({ pairs: [pairWith({ source: `http://exporter:9100/metrics?key=${secret}` })] }),
  ));
  assert(parsed.ok);
  assertEquals(pairFields(parsed.config.pairs[0]!), {
    source: "http://exporter:9100/metrics",
    destination: "http://push.example/metrics/node/rpi",
  });
});
