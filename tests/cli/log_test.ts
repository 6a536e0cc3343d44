import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { type LogOptions, openLog } from "../../cli/log.ts";

type Level = "debug" | "info" | "warn" | "error";
const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** A log, and the texts that it wrote. */
function open(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const all = { format: "logfmt", level: "debug", journal: false, ...options } as const;
  return { log: openLog(all, (text) => written.push(text)), written };
}

Deno.test("openLog() writes logfmt with time, level, event and fields", () => {
  const { log, written } = open();
  log.warn("scrape failing", { source: "http://x/metrics", reason: "two words", count: 3 });
  assertEquals(written.length, 1);
  assertMatch(
    written[0]!,
    new RegExp(
      `^time=${TIME} level=warn msg="scrape failing" ` +
        'source=http://x/metrics reason="two words" count=3\n$',
    ),
  );
});

Deno.test("openLog() writes JSON lines with the fields beside the event", () => {
  const { log, written } = open({ format: "json" });
  log.info("listening", { listener: "push", port: 80, none: null });
  assertEquals(written.length, 1);
  const { "@timestamp": time, ...rest } = JSON.parse(written[0]!);
  assertMatch(time, new RegExp(`^${TIME}$`));
  assertEquals(rest, {
    level: "INFO",
    message: "listening",
    logger: "prompipe",
    listener: "push",
    port: 80,
    none: null,
  });
});

Deno.test("openLog() writes a level and those above it", () => {
  for (const [least, level] of LEVELS.entries()) {
    const { log, written } = open({ level });
    for (const each of LEVELS) log[each](`event ${each}`);
    const events = written.map((line) => /event (\w+)/.exec(line)?.[1]);
    assertEquals(events, LEVELS.slice(least), level);
  }
});

Deno.test("openLog() gives the journal the priority of each line, and no time", () => {
  const table: [Level, string, string][] = [
    ["debug", "<7>level=debug msg=event a=1\n", "DEBUG"],
    ["info", "<6>level=info msg=event a=1\n", "INFO"],
    ["warn", "<4>level=warn msg=event a=1\n", "WARN"],
    ["error", "<3>level=error msg=event a=1\n", "ERROR"],
  ];
  for (const [level, line, name] of table) {
    const logfmt = open({ journal: true });
    logfmt.log[level]("event", { a: 1 });
    assertEquals(logfmt.written, [line]);

    const json = open({ journal: true, format: "json" });
    json.log[level]("event", { a: 1 });
    assertEquals(json.written.length, 1);
    assertEquals(json.written[0]!.slice(0, 3), line.slice(0, 3));
    assertEquals(JSON.parse(json.written[0]!.slice(3)), {
      level: name,
      message: "event",
      logger: "prompipe",
      a: 1,
    });
  }
});

Deno.test("openLog() writes one line an event, whatever the event and its fields hold", () => {
  const unit = fc.constantFrom("a", " ", '"', "\\", "=", "\n", "\r", "\0", "\x1b", "\x7f", "\x9b");
  const text = fc.string({ unit });
  for (const format of ["logfmt", "json"] as const) {
    for (const journal of [false, true]) {
      const { log, written } = open({ format, journal });
      fc.assert(fc.property(text, text, text, (event, key, value) => {
        written.length = 0;
        log.info(event.replaceAll("{", "{{"), {
          [`k${key}`]: value,
          nested: { value },
          list: [value],
          error: new Error(value, { cause: new Error(value) }),
        });
        assertEquals(written.length, 1);
        assertMatch(written[0]!, /^[^\n\r]*\n$/);
        // deno-lint-ignore no-control-regex
        assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(written[0]!), JSON.stringify(written[0]));
      }));
    }
  }
});

Deno.test("openLog() writes JSON that reads back as what was logged", () => {
  const { log, written } = open({ format: "json" });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    written.length = 0;
    log.info("event", { value });
    assertEquals(JSON.parse(written[0]!)["value"], value.toWellFormed());
  }));
});

Deno.test("openLog() asks for costly fields only where the line is written", () => {
  const { log, written } = open({ level: "info" });
  let asked = 0;
  const fields = () => ({ asked: ++asked });
  log.debug("quiet", fields);
  assertEquals([asked, written.length], [0, 0]);
  log.info("loud", fields);
  assertEquals(asked, 1);
  assertMatch(written[0]!, / asked=1\n$/);
});
