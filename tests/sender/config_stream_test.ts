import { assertEquals } from "@std/assert";
import { configOf, faultsOf, fileWith, pairWith } from "./config_file.ts";

const WS = "ws://push.example.com/metrics/node/rpi";

Deno.test("loadConfig() takes ws:// and wss:// destinations, and what is on demand", async () => {
  const { pairs, self } = await configOf(fileWith({
    mode: "on_demand",
    params_allowed: ["module"],
    pairs: [
      pairWith({ destination: "wss://push/base/metrics/node/1" }),
      pairWith({ destination: "ws://push/metrics/node/2", params_allowed: ["a", "a", "b"] }),
      pairWith({ destination: ["http://push/metrics/node/3", "ws://b/metrics/a/b"], mode: "push" }),
    ],
    self: { destination: "http://push/metrics/prompipe/rpi" },
  }));
  assertEquals(
    pairs.map((
      { mode, paramsAllowed, destinations },
    ) => [mode, paramsAllowed, destinations.map(({ url }) => url.href)]),
    [
      ["on_demand", ["module"], ["wss://push/base/metrics/node/1"]],
      ["on_demand", ["a", "b"], ["ws://push/metrics/node/2"]],
      ["push", ["module"], ["http://push/metrics/node/3", "ws://b/metrics/a/b"]],
    ],
  );
  assertEquals([self?.mode, self?.paramsAllowed], ["push", []]);
});

Deno.test("loadConfig() says what is wrong with streams and with what is on demand", async () => {
  const table: [Record<string, unknown>, string][] = [
    [{ mode: "pull" }, '"pairs[0].mode" must be "push" or "on_demand"; it is "pull"'],
    [
      { mode: "on_demand", destination: "http://push/metrics/a/b" },
      '"pairs[0].destination" must be a ws:// or wss:// URL for "mode": "on_demand"',
    ],
    [
      { mode: "on_demand", destination: [WS, "https://push/metrics/a/b"] },
      '"pairs[0].destination[1]" must be a ws:// or wss:// URL for "mode": "on_demand"',
    ],
    [
      { destination: WS, params_allowed: ["a"] },
      '"pairs[0].params_allowed" needs "mode": "on_demand" beside it',
    ],
    [
      { mode: "on_demand", destination: WS, params_allowed: ["a", 1] },
      '"pairs[0].params_allowed" must be a list of names of parameters, 32 at most, such as ' +
      '["module", "target"]; it is a list',
    ],
    [
      { destination: [WS, WS.replace("ws:", "http:")] },
      '"pairs[0].destination[1]" must be another than that of pairs[0]: ' +
      '"ws://" and "http://" name the same receiver',
    ],
    [
      { destination: [WS.replace("ws:", "wss:"), "https://push.example.com:443/metrics/node/rpi"] },
      '"pairs[0].destination[1]" must be another than that of pairs[0]: ' +
      '"wss://" and "https://" name the same receiver',
    ],
  ];
  for (const [pair, fault] of table) {
    assertEquals(await faultsOf(fileWith({ pairs: [pairWith(pair)] })), [fault]);
  }
});
