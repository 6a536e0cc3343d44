import { assertEquals } from "@std/assert";
import { flags, parse, shown } from "./parsing.ts";

Deno.test("parseCommand() reads every option that has a value from PROMPIPE_ and its name", () => {
  const table: [string, string, string, string, unknown][] = [
    ["receiver", "PROMPIPE_PUSH_LISTEN", ":8080", "pushListen", { host: "", port: 8080 }],
    ["receiver", "PROMPIPE_SCRAPE_LISTEN", "[::1]:1", "scrapeListen", { host: "::1", port: 1 }],
    ["receiver", "PROMPIPE_MAX_BODY", "1KiB", "maxBody", 1024],
    ["receiver", "PROMPIPE_MAX_UNPACKED", "1B", "maxUnpacked", 1],
    ["receiver", "PROMPIPE_MAX_TARGETS", "5", "maxTargets", 5],
    ["receiver", "PROMPIPE_MAX_MEMORY", "2GiB", "maxMemory", 2_147_483_648],
    ["receiver", "PROMPIPE_DEFAULT_TTL", "1m", "defaultTtl", 60_000],
    ["receiver", "PROMPIPE_FORGET_AFTER", "1h", "forgetAfter", 3_600_000],
    ["receiver", "PROMPIPE_ADVERTISE", "[::1]:9090", "advertise", "[::1]:9090"],
    ["receiver", "PROMPIPE_SD_WARMUP", "1s", "sdWarmup", 1_000],
    ["receiver", "PROMPIPE_TRUSTED_PROXIES", "::1", "trustedProxies", [
      { address: "::1", prefixBits: 128 },
    ]],
    ["receiver", "PROMPIPE_TLS_CERT", "c.pem", "tlsCert", "c.pem"],
    ["receiver", "PROMPIPE_TLS_KEY", "k.pem", "tlsKey", "k.pem"],
    ["receiver", "PROMPIPE_CONFIG", "/etc/r.json", "config", "/etc/r.json"],
    ["receiver check", "PROMPIPE_CONFIG", "/etc/r.json", "config", "/etc/r.json"],
    ["receiver", "PROMPIPE_LOG_FORMAT", "json", "logFormat", "json"],
    ["receiver", "PROMPIPE_LOG_LEVEL", "debug", "logLevel", "debug"],
    ["sender", "PROMPIPE_CONFIG", "/etc/c.json", "config", "/etc/c.json"],
    ["sender", "PROMPIPE_METRICS_LISTEN", ":0", "metricsListen", { host: "", port: 0 }],
    ["sender", "PROMPIPE_LOG_FORMAT", "json", "logFormat", "json"],
    ["sender", "PROMPIPE_LOG_LEVEL", "error", "logLevel", "error"],
    ["sender check", "PROMPIPE_CONFIG", "/etc/c.json", "config", "/etc/c.json"],
    ["sender install", "PROMPIPE_CONFIG", "/etc/c.json", "config", "/etc/c.json"],
    ["sender install", "PROMPIPE_UNIT_DIR", "/tmp/units", "unitDir", "/tmp/units"],
    ["receiver install", "PROMPIPE_UNIT_DIR", "/tmp/units", "unitDir", "/tmp/units"],
    ["receiver install", "PROMPIPE_MAX_TARGETS", "5", "maxTargets", 5],
  ];
  for (const [line, variable, text, name, value] of table) {
    assertEquals(flags(line, { [variable]: text })[name], value, `${variable} ${line}`);
  }
});

Deno.test("parseCommand() lets an option win over the environment, wherever it stands", () => {
  const config = { PROMPIPE_CONFIG: "environment.json" };
  const targets = { PROMPIPE_MAX_TARGETS: "5" };
  const table: [string, Record<string, string>, string, unknown][] = [
    ["sender --config option.json", config, "config", "option.json"],
    ["sender check --config option.json", config, "config", "option.json"],
    ["sender --config option.json check", config, "config", "option.json"],
    ["sender --config option.json install", config, "config", "option.json"],
    ["receiver --max-targets 7", targets, "maxTargets", 7],
    ["receiver install --max-targets 7", targets, "maxTargets", 7],
    ["receiver --max-targets 7 install", targets, "maxTargets", 7],
    // Also where the option says what would be so without it.
    ["receiver --max-targets 10000 install", targets, "maxTargets", 10_000],
  ];
  for (const [line, environment, name, value] of table) {
    assertEquals(flags(line, environment)[name], value, line);
  }
});

Deno.test("parseCommand() keeps for the unit what the environment says, once", () => {
  const environment = { PROMPIPE_PUSH_LISTEN: ":8080", PROMPIPE_UNIT_DIR: "/tmp/units" };
  const table: [string, string[]][] = [
    ["receiver install", ["--push-listen", ":8080"]],
    ["receiver install --push-listen :8081", ["--push-listen", ":8081"]],
    ["receiver --push-listen :8081 install", ["--push-listen", ":8081"]],
  ];
  for (const [line, given] of table) assertEquals(flags(line, environment)["given"], given, line);
});

Deno.test("parseCommand() names the variable whose value is wrong", () => {
  const { stderr, exitCode } = shown("receiver", { PROMPIPE_MAX_BODY: "10MB" });
  assertEquals(exitCode, 2);
  assertEquals(
    stderr,
    "prompipe: option '--max-body <size>' value '10MB' from env 'PROMPIPE_MAX_BODY' is invalid. " +
      'It must be a size above 0, such as "512KiB" or "10MiB".\n' +
      '("prompipe receiver --help" tells more)\n',
  );
});

Deno.test("parseCommand() doesn't care for variables of other commands", () => {
  const environment = { PROMPIPE_MAX_BODY: "wrong", PROMPIPE_URL: "wrong" };
  assertEquals(parse("sender exampleconfig", environment), { kind: "sender exampleconfig" });
  assertEquals(parse("man", environment), { kind: "man" });
});

Deno.test("parseCommand() says the version and helps whatever the environment holds", () => {
  const environment = { PROMPIPE_MAX_BODY: "wrong", PROMPIPE_CONFIG: "" };
  for (const line of ["--version", "--help"]) {
    assertEquals(shown(line, environment).exitCode, 0, line);
  }
});
