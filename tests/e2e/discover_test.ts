// A real exporter is found for what it is.

import { assert, assertEquals } from "@std/assert";
import { discover, KNOWN_EXPORTERS } from "../../sender/discover.ts";
import { createGet } from "../../sender/mod.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";

testWithParts("discover() knows a real node exporter", ["node-exporter"], async (parts) => {
  await using exporter = await NodeExporter.start(parts["node-exporter"]);
  using get = createGet();
  const port = Number(new URL(exporter.url).port);
  const exporters = KNOWN_EXPORTERS.map((known) => ({ ...known, port }));
  const found = await discover({ get, userAgent: "test", exporters });
  const known = found.filter(({ exposition }) => exposition !== undefined);
  assertEquals(known.map(({ exporter, source }) => [exporter.name, source]), [
    ["node", exporter.url],
  ]);
  assert(known[0]!.exposition!.series > 300);
});
