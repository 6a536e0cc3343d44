// Each body of the corpus, pushed over a good snapshot.

import { assert, assertEquals } from "@std/assert";
import { BODIES } from "../corpus/bodies.ts";
import { start } from "./receiver_room.ts";

Deno.test("a body that isn't what its headers say is refused, and the last one stays", async () => {
  const room = start();
  await using _receiver = room.receiver;
  for (const { name, headers, body, status } of BODIES) {
    await room.push("good 1\n");
    const response = await room.push(body, { headers });
    const text = await response.text();
    assertEquals([name, response.status], [name, status], text);
    const read = await room.scrape("/metrics/a/b", {
      headers: { "Accept-Encoding": "gzip, zstd" },
    });
    if (status === 204) {
      assertEquals(read.status, "Content-Type" in headers ? 502 : 200, name);
      await read.body?.cancel();
    } else {
      assertEquals([read.status, await read.text()], [200, "good 1\n"], name);
      // deno-lint-ignore no-control-regex
      assert(/^[^\0-\x1f\x7f]+\n$/.test(text), `${name}: ${text}`);
    }
  }
});
