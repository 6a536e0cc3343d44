import { assertEquals } from "@std/assert";
import { type Options, parseOptions } from "../../bench/options.ts";

const KNOWN = ["receiver", "sender"];
const PRESET: Options = {
  ...{ parts: KNOWN, list: false, quick: false, rounds: 3, origin: "portable" },
  ...{ json: undefined, plots: undefined, docs: false },
};

Deno.test("parseOptions() runs all parts, three rounds, of the portable file", () => {
  assertEquals(parseOptions([], KNOWN), PRESET);
});

Deno.test("parseOptions() of --quick is one round of the checkout, unless told otherwise", () => {
  assertEquals(parseOptions(["--quick"], KNOWN), {
    ...PRESET,
    ...{ quick: true, rounds: 1, origin: "source" },
  });
  assertEquals(parseOptions(["--quick", "--from", "portable", "--rounds", "2"], KNOWN), {
    ...PRESET,
    ...{ quick: true, rounds: 2 },
  });
});

for (
  const [args, said] of [
    [["nothing"], 'Cannot run part "nothing": there are receiver, sender'],
    [["--rounds", "0"], 'Cannot run "0" rounds: --rounds must be 1 or more'],
    [["--rounds", "1.5"], 'Cannot run "1.5" rounds: --rounds must be 1 or more'],
    [["--from", "air"], 'Cannot measure "air": --from must be portable or source'],
  ] as const
) {
  Deno.test(`parseOptions() refuses ${args.join(" ")}`, () => {
    assertEquals(parseOptions(args, KNOWN), said);
  });
}

Deno.test("parseOptions() refuses an unknown option by its name", () => {
  const said = parseOptions(["--fast"], KNOWN);
  assertEquals(typeof said === "string" && said.includes("'--fast'"), true);
});
