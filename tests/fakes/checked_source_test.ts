import { assert, assertEquals, assertMatch } from "@std/assert";
import { CheckedSource } from "./checked_source.ts";

Deno.test("CheckedSource.check() knows what was said, and nothing that is cut, changed or made up", async () => {
  await using source = new CheckedSource();
  const say = async (target: string) => await (await fetch(source.url(target))).text();
  const [first, second, other] = [await say("a"), await say("a"), await say("b")];
  const checked = source.check(first);
  assert(typeof checked === "object");
  assertEquals([checked.target, checked.number, source.asked("a")], ["a", 1, 2]);
  assert(first !== second && typeof source.check(other) === "object");

  const half = Math.floor(first.length / 2);
  const faulty = [
    "",
    first.slice(0, half),
    first.slice(0, half) + second.slice(half),
    `${first}\n`,
    first.replace('line="7"', 'line="8"'),
    first.replace('number="1"', 'number="2"'),
    first.replace('number="1"', 'number="3"'),
    first.replace('target="a"', 'target="b"'),
  ];
  for (const text of faulty) {
    assertMatch(String(source.check(text)), /^(never said|not as it was said): /, text.slice(-80));
  }
});
