import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatAddress } from "../../cli/listener.ts";
import {
  ADDRESS,
  COUNT,
  DURATION,
  HOST_PORT,
  NETWORKS,
  PATH,
  RECEIVER_URL,
  SCRAPE_URL,
  SIZE,
  type ValueKind,
  WEB_URL,
} from "../../cli/values.ts";

function holds<T>(kind: ValueKind<T>, table: readonly [string, T | undefined][]): void {
  for (const [text, value] of table) assertEquals(kind.parse(text), value, JSON.stringify(text));
}

Deno.test("ADDRESS reads a port, and an IPv4 address, an IPv6 address or a name before it", () => {
  holds(ADDRESS, [
    [":9090", { host: "", port: 9090 }],
    [":0", { host: "", port: 0 }],
    [":65535", { host: "", port: 65535 }],
    ["127.0.0.1:9090", { host: "127.0.0.1", port: 9090 }],
    ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
    ["localhost:9090", { host: "localhost", port: 9090 }],
    ["my-host.example:9090", { host: "my-host.example", port: 9090 }],
    ["[::1]:9090", { host: "::1", port: 9090 }],
    ["[::]:0", { host: "::", port: 0 }],
    ["[fe80::1]:80", { host: "fe80::1", port: 80 }],
    ["[::ffff:127.0.0.1]:80", { host: "::ffff:127.0.0.1", port: 80 }],
  ]);
});

Deno.test("ADDRESS refuses what can't be listened on", () => {
  const wrong = ["", ":", "9090", "host", "host:", ":65536", ":-1", ":1e3", ": 9090", ":9090 "];
  const ipv6 = ["::1:9090", "[::1]", "[::1]9090", "[]:9090", "[::1:9090", "[zz::]:9090"];
  const more = ["http://host:9090", "host:9090/", "a b:9090", "host:port", ":123456", ":9090\n"];
  holds(ADDRESS, [...wrong, ...ipv6, ...more].map((text) => [text, undefined]));
});

Deno.test("ADDRESS reads what formatAddress() writes", () => {
  const host = fc.oneof(fc.constant(""), fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(fc.property(host, fc.integer({ min: 0, max: 65535 }), (host, port) => {
    assertEquals(ADDRESS.parse(formatAddress({ host, port })), { host, port });
  }));
});

Deno.test("DURATION reads milliseconds above 0", () => {
  holds(DURATION, [
    ["500ms", 500],
    ["4s", 4_000],
    ["1m30s", 90_000],
    ["10m", 600_000],
    ["24h", 86_400_000],
    ["0", undefined],
    ["0s", undefined],
    ["4", undefined],
    ["1.5s", undefined],
    ["-1s", undefined],
    ["30s1m", undefined],
    [" 4s", undefined],
    ["", undefined],
  ]);
});

Deno.test("SIZE reads bytes above 0", () => {
  holds(SIZE, [
    ["1B", 1],
    ["512KiB", 524_288],
    ["10MiB", 10_485_760],
    ["1GiB", 1_073_741_824],
    ["0B", undefined],
    ["10", undefined],
    ["10MB", undefined],
    ["10mib", undefined],
    ["1.5MiB", undefined],
    ["-1B", undefined],
    ["99999999999999GiB", undefined],
    ["", undefined],
  ]);
});

Deno.test("COUNT reads a whole number above 0", () => {
  holds(COUNT, [
    ["1", 1],
    ["10000", 10_000],
    ["999999999", 999_999_999],
    ["1000000000", undefined],
    ["0", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["ten", undefined],
    ["", undefined],
  ]);
});

Deno.test("WEB_URL takes an http:// or https:// URL as it is", () => {
  holds(WEB_URL, [
    ["http://127.0.0.1:9090/healthz", "http://127.0.0.1:9090/healthz"],
    ["https://[::1]/readyz", "https://[::1]/readyz"],
    ["ftp://host/", undefined],
    ["http://", undefined],
    ["http://host:99999/", undefined],
    ["host:9090", undefined],
    ["", undefined],
  ]);
});

Deno.test("RECEIVER_URL takes what a destination begins with, SCRAPE_URL no WebSocket's", () => {
  const table: [string, string | undefined][] = [
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["https://push.example.com/in/", "https://push.example.com/in/"],
    ["https://name:word@host", undefined],
    ["https://host/?a=b", undefined],
    ["ftp://host", undefined],
    ["host:8080", undefined],
    ["", undefined],
  ];
  holds(RECEIVER_URL, [...table, ["wss://host/in", "wss://host/in"], ["ws://h:80", "ws://h:80"]]);
  holds(SCRAPE_URL, [...table, ["wss://host/in", undefined], ["ws://h:80", undefined]]);
});

Deno.test("HOST_PORT takes a host and a port above 0 as they are", () => {
  holds(HOST_PORT, [
    ["receiver.example.com:9090", "receiver.example.com:9090"],
    ["[::1]:9090", "[::1]:9090"],
    ["10.0.0.1:65535", "10.0.0.1:65535"],
    [":9090", undefined],
    ["host:0", undefined],
    ["host", undefined],
    ["http://host:9090", undefined],
    ["", undefined],
  ]);
});

Deno.test("PATH takes every text but none", () => {
  holds(PATH, [["config.json", "config.json"], ["/a b/c", "/a b/c"], [".", "."], ["", undefined]]);
});

Deno.test("every kind of value says what is right, and takes its own examples", () => {
  for (const kind of [ADDRESS, DURATION, HOST_PORT, RECEIVER_URL, SCRAPE_URL, SIZE, WEB_URL]) {
    const examples = [...kind.right.matchAll(/"([^"]+)"/g)].map(([, example]) => example!);
    assert(examples.length > 0, kind.right);
    for (const example of examples) assert(kind.parse(example) !== undefined, example);
  }
});

Deno.test("NETWORKS reads addresses and networks, and refuses what is neither", () => {
  holds(NETWORKS, [
    ["192.0.2.7", [{ address: "192.0.2.7", prefixBits: 32 }]],
    ["2001:db8::1", [{ address: "2001:db8::1", prefixBits: 128 }]],
    ["0.0.0.0/0, ::/0", [{ address: "0.0.0.0", prefixBits: 0 }, { address: "::", prefixBits: 0 }]],
  ]);
  const wrong = ["", ",", "10.0.0.0/8,", "10.0.0/8", "10.0.0.256", "010.0.0.1", "10.0.0.0/33"];
  const more = [
    "::1/129",
    ":::",
    "[::1]",
    "fe80::1%eth0",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "/8",
    "host",
  ];
  holds(NETWORKS, [...wrong, ...more].map((text) => [text, undefined]));
});
