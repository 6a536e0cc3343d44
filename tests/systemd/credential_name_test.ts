import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { credentialName } from "../../systemd/credential_name.ts";

const path = fc.array(
  fc.string({ unit: fc.constantFrom(..."ab-+.2d_ %é😀\\"), minLength: 1, maxLength: 6 }),
  { minLength: 1, maxLength: 4 },
).map((names) => `/${names.join("/")}`);

Deno.test("credentialName() is another for every other path, of characters that need no escape", () => {
  fc.assert(
    fc.property(path, path, (one, other) => {
      assertEquals(credentialName(one) === credentialName(other), one === other);
      assert(/^[A-Za-z0-9._+-]+$/.test(credentialName(one)), one);
    }),
    { numRuns: 2_000 },
  );
});
