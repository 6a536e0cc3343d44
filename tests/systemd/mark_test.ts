import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { unwritable } from "../../systemd/escape.ts";
import { type Mark, markText, readMark } from "../../systemd/mark.ts";

const line = fc.string({ unit: "grapheme" }).filter((text) => unwritable(text) === undefined);

Deno.test("readMark() reads what markText() wrote, and nothing of the unit below", () => {
  const mark: fc.Arbitrary<Mark> = fc.record({
    kind: fc.constantFrom("sender", "receiver"),
    version: fc.constantFrom("0.1.0", "10.2.3-rc.1"),
    goes: fc.array(line),
    stays: fc.array(line),
  });
  fc.assert(fc.property(mark, (mark) => {
    assertEquals(readMark(`${markText(mark)}\n[Unit]\n# Stays: x\n`), { ...mark });
    assertEquals(readMark(markText(mark)), { ...mark });
  }));
});

Deno.test("readMark() does not know a unit of somebody else", () => {
  for (
    const text of [
      "",
      "[Unit]\n",
      "# Written by hand\n[Unit]\n",
      "[Unit]\n# Written by prompipe 0.1.0: prompipe sender install\n",
      "# Written by prompipe 0.1.0: prompipe relay install\n",
    ]
  ) assertEquals(readMark(text), undefined, text);
});
