import { assertEquals } from "@std/assert";
import { errorText } from "../../../receiver/state/error_text.ts";

Deno.test("errorText() says in a few words what the system says", () => {
  const { NotCapable } = Deno.errors;
  for (
    const [error, text] of [
      [new Error("No space left on device (os error 28): write '/x'"), "No space left on device"],
      [new Error("one\ntwo"), "one"],
      [new NotCapable("Requires all access, use --allow-all"), "no program may write there"],
      ["odd", "odd"],
    ] as const
  ) assertEquals(errorText(error), text);
});
