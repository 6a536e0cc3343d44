import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  execArgument,
  execProgram,
  listedPath,
  mountPath,
  rawPath,
  unwritable,
  unwritablePlain,
  unwritableRaw,
} from "../../systemd/escape.ts";
import { commandLine, expandSpecifiers, words } from "./systemd_syntax.ts";

Deno.test("execArgument() leaves plain words alone and quotes the rest", () => {
  for (
    const [value, written] of [
      ["sender", "sender"],
      ["--config", "--config"],
      ["/home/pi/config.json", "/home/pi/config.json"],
      ["127.0.0.1:80", "127.0.0.1:80"],
      [":80", '":80"'],
      ["", '""'],
      [";", '";"'],
      ["a b", '"a b"'],
      ['say "hi"', '"say \\"hi\\""'],
      ["it's", '"it\'s"'],
      ["back\\slash", '"back\\\\slash"'],
      ["100%", "100%%"],
      ["$HOME", '"$$HOME"'],
      ["${HOME}", '"$${HOME}"'],
      ["bücher", '"bücher"'],
    ] as const
  ) assertEquals(execArgument(value), written);
});

Deno.test("execProgram() leaves $ alone, which systemd does not expand there", () => {
  assertEquals(execProgram("/opt/a $b/x%y"), '"/opt/a $b/x%%y"');
});

const value = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..."\\\"'%$ {};:=#a/-@+!|") }),
).filter((text) => unwritable(text) === undefined);

Deno.test("execArgument() writes what systemd reads back as the same value", () => {
  fc.assert(fc.property(fc.array(value), (values) => {
    const text = [execProgram("/bin/a $b"), ...values.map(execArgument)].join(" ");
    assertEquals(commandLine(text), ["/bin/a $b", ...values]);
  }));
});

Deno.test("listedPath() writes one path of a list that systemd reads back", () => {
  fc.assert(fc.property(value, value, (a, b) => {
    const paths = [`/${a}`, `/${b}`];
    const read = words(paths.map(listedPath).join(" "), ":").map(expandSpecifiers);
    assertEquals(read, paths);
  }));
});

Deno.test("mountPath() writes a path that systemd reads twice", () => {
  fc.assert(fc.property(value.filter((text) => unwritablePlain(text) === undefined), (text) => {
    const [word] = words(`${mountPath(`/${text}`)}:ro`);
    // The second time nothing is quoted, so that of all but the end stays as it is.
    const path = word!.slice(0, -":ro".length);
    assertEquals(/(?<!\\):/.exec(path), null);
    assertEquals(expandSpecifiers(path.replaceAll("\\:", ":")), `/${text}`);
  }));
});

Deno.test("rawPath() escapes specifiers only", () => {
  fc.assert(fc.property(value, (path) => {
    assertEquals(expandSpecifiers(rawPath(path)), path);
  }));
  assertEquals(rawPath('/a b/"100%" $x\\y'), '/a b/"100%%" $x\\y');
});

Deno.test("unwritable() refuses what a line of a unit can't hold", () => {
  for (const text of ["a\nb", "a\r", "\0", "\x7f", "\ud800"]) {
    assert(unwritable(text), text);
  }
  assertStringIncludes(unwritable("a\nb")!, "control character");
  assertEquals(unwritable("/home/pi/Prüfung 1/💧.json"), undefined);
});

Deno.test("unwritableRaw() refuses an end that systemd would strip or join", () => {
  for (const text of ["/a ", "/a\\", "/a\nb"]) {
    assert(unwritableRaw(text), text);
  }
  assertEquals(unwritableRaw('/a b\\c"d'), undefined);
});

Deno.test("unwritablePlain() refuses quotes and backslashes", () => {
  for (const text of ["/a'b", '/a"b', "/a\\b", "/a\nb"]) {
    assert(unwritablePlain(text), text);
  }
  assertEquals(unwritablePlain("/a b$c%d"), undefined);
});
