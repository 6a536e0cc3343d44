// GET /sd: the list of targets for Prometheus.

import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Target } from "../../protocol/mod.ts";
import { discoveryHandler, groupTargets } from "../../receiver/discovery.ts";
import { rawRequest } from "../fakes/raw_request.ts";

const TARGETS = [{ job: "node", instance: "b %ü" }, { job: "a/b", instance: "ü%" }];

function known(target: Target) {
  return { target, labels: {} };
}

function ask(
  options: { advertise?: string; warmupMs?: number; targets?: typeof TARGETS },
): Response {
  const { advertise, warmupMs = 0, targets = TARGETS } = options;
  const handler = discoveryHandler({
    targets: () => targets.map(known),
    advertise,
    warmupMs: () => warmupMs,
  });
  return handler(rawRequest("/sd", { headers: { host: "10.0.0.1:9090" } }));
}

Deno.test("discoveryHandler() names each target in a group of its own, where Prometheus will find it", async () => {
  const response = ask({});
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(await response.json(), [
    {
      targets: ["10.0.0.1:9090"],
      labels: {
        __metrics_path__: "/target",
        __param_job: "a/b",
        __param_instance: "ü%",
        __scheme__: "http",
        job: "a/b",
        instance: "ü%",
      },
    },
    {
      targets: ["10.0.0.1:9090"],
      labels: {
        __metrics_path__: "/metrics/node/b %ü",
        __scheme__: "http",
        job: "node",
        instance: "b %ü",
      },
    },
  ]);
});

Deno.test("discoveryHandler() names the advertised address instead of the request's", async () => {
  const groups = await ask({ advertise: "receiver:9090" }).json();
  assertEquals(groups.map((group: { targets: string[] }) => group.targets), [
    ["receiver:9090"],
    ["receiver:9090"],
  ]);
});

Deno.test("discoveryHandler() answers 503 while targets may be missing, never an empty list", async () => {
  const response = ask({ warmupMs: 1_500, targets: [] });
  assertEquals(response.status, 503);
  assertEquals(response.headers.get("retry-after"), "2");
  assertMatch(await response.text(), /just started/);
  assertEquals(await ask({ targets: [] }).json(), []);
});

Deno.test("groupTargets() gives the same order whatever the order of the targets", () => {
  const name = fc.string({ minLength: 1, unit: "grapheme" });
  const targets = fc.uniqueArray(fc.record({ job: name, instance: name }), {
    selector: ({ job, instance }) => `${job}\n${instance}`,
  });
  fc.assert(fc.property(targets, fc.func(fc.integer()), (list, weight) => {
    const shuffled = [...list].sort((a, b) => weight(a) - weight(b));
    assertEquals(groupTargets(shuffled.map(known), "x:1"), groupTargets(list.map(known), "x:1"));
  }));
});
