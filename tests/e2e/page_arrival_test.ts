// How each target arrives, on the page and in the API, of a real sender that uses all three ways.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { Chromium } from "./chromium.ts";
import { rows } from "./page_rows.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const SOON_MS = 30_000;
const VIEWS = [{ width: 1280, height: 860 }, { width: 390, height: 844 }];

testWithParts("the page and the API tell how each target arrives", ["chromium"], async (parts) => {
  await using exporter = FakeExporter.start(() => gauge(1));
  await using receiver = await Receiver.start();
  const path = (instance: string) => `/metrics/node/${instance}`;
  const { url: source } = exporter;
  await using _sender = await Sender.start({
    bearer_token: receiver.token,
    interval: "1s",
    pairs: [
      { source, destination: receiver.destination(path("a-put")) },
      { source, destination: receiver.streamDestination(path("b-stream")) },
      { source, destination: receiver.streamDestination(path("c-live")), mode: "on_demand" },
    ],
  });
  await waitFor(async () => {
    const { targets } = JSON.parse((await receiver.scrape("/api/v1/targets")).text);
    const arrivals = targets.map(({ arrival }: { arrival: string }) => arrival);
    assertEquals(arrivals, ["put", "stream", "on_demand"]);
  }, { timeoutMs: SOON_MS, what: "the three targets" });
  assertEquals((await receiver.scrape(path("c-live"))).status, 200);

  await using chromium = await Chromium.start(parts.chromium);
  for (const view of VIEWS) {
    for (const javaScript of [true, false]) {
      await using opened = await chromium.open(`http://127.0.0.1:${receiver.scrapePort}/`, {
        ...{ ...view, javaScript },
      });
      const { page, complaints } = opened;
      if (javaScript) await page.waitForSelector("html.is-live");
      assertEquals(
        (await rows(opened)).map(({ state, instance, way }) => [state, instance, way]),
        [["Up", "a-put", "PUT"], ["Up", "b-stream", "stream"], ["Up", "c-live", "on demand"]],
      );
      const inSight = await page.evaluate(`
        Array.from(document.querySelectorAll("tbody [data-f=way]"), (way) => {
          const { width, right } = way.getBoundingClientRect();
          return width > 0 && right <= way.closest("td").getBoundingClientRect().right;
        })
      `);
      assertEquals(inSight, [true, true, true], `in sight, ${view.width} pixels wide`);
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      assert(wide <= view.width, `${wide} of ${view.width} pixels`);
      assertEquals(complaints, []);
      const folder = Deno.env.get("SHOTS");
      if (folder) await page.screenshot({ path: `${folder}/${view.width}-${javaScript}.png` });
    }
  }
});
