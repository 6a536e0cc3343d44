// GET /sd: the list of targets for Prometheus.

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Target } from "../../protocol/mod.ts";
import { discoveryHandler, groupTargets, type TargetGroup } from "../../receiver/discovery.ts";
import type { Push } from "../../receiver/push.ts";
import { MemoryStore } from "../../receiver/store.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { snapshot } from "./pushes.ts";

const TARGETS = [{ job: "node", instance: "b %ü" }, { job: "a/b", instance: "ü%" }];

function known(target: Target) {
  return { target, labels: {} };
}

interface Options {
  readonly advertise?: string;
  readonly isWhole?: boolean;
  readonly warmupMs?: number;
  readonly targets?: readonly Target[];
}

function ask({ advertise, isWhole = false, warmupMs = 0, targets = TARGETS }: Options): Response {
  const handler = discoveryHandler({
    targets: () => targets.map(known),
    advertise,
    isWhole: () => isWhole,
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
  assertEquals(ask({ warmupMs: 1_500, isWhole: true }).status, 200);
});

Deno.test("discoveryHandler() gives an empty list only where it had targets, or knows that there were none", async () => {
  const empty = ask({ targets: [] });
  assertEquals([empty.status, await empty.text()], [503, "no sender has pushed yet\n"]);
  assertEquals(await ask({ targets: [], isWhole: true }).json(), []);

  const targets = [...TARGETS];
  const handler = discoveryHandler({
    targets: () => targets.map(known),
    advertise: "x:1",
    isWhole: () => false,
    warmupMs: () => 0,
  });
  assertEquals((await handler(rawRequest("/sd")).json()).length, 2);
  targets.length = 0;
  assertEquals(await handler(rawRequest("/sd")).json(), []);
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

/** `/sd` of a store, with a clock that the test moves. */
function discover(limits: { readonly forgetAfterMs: number }) {
  const clock = { nowMs: 0 };
  const store = new MemoryStore(
    { maxTargets: 10_000, maxMemoryBytes: 1_000, ...limits },
    { now: () => clock.nowMs },
  );
  const handler = discoveryHandler({
    targets: () => store.targets(),
    advertise: "receiver:9090",
    isWhole: () => false,
    warmupMs: () => 0,
  });
  const list = async (): Promise<TargetGroup[]> => await handler(rawRequest("/sd")).json();
  return { clock, store, list };
}

function labelled(labels: Push["labels"]): Push {
  return { ...snapshot(0), labels };
}

const instances = (groups: readonly TargetGroup[]) =>
  groups.map(({ labels }) => labels["instance"]);

Deno.test("discoveryHandler() gives the labels of the last push, and never in place of its own", async () => {
  const { store, list } = discover({ forgetAfterMs: 1_000 });
  const target = { job: "node", instance: "rpi" };
  store.write(target, labelled({ site: "home", room: "büro" }));
  const own = {
    __metrics_path__: "/metrics/node/rpi",
    __scheme__: "http",
    job: "node",
    instance: "rpi",
  };
  assertEquals((await list())[0]!.labels, { site: "home", room: "büro", ...own });
  store.write(target, labelled({ site: "office" }));
  assertEquals((await list())[0]!.labels, { site: "office", ...own });
  // The push listener refuses such names; here they would do no harm either.
  store.write(target, labelled({ job: "x", __scheme__: "file", __metrics_path__: "/" }));
  assertEquals((await list())[0]!.labels, own);
});

Deno.test("discoveryHandler() lists a silent target until it is forgotten, a deleted one no more", async () => {
  const { clock, store, list } = discover({ forgetAfterMs: 60_000 });
  for (const instance of ["c", "a", "b"]) store.write({ job: "x", instance }, labelled({}));
  assertEquals(instances(await list()), ["a", "b", "c"]);
  store.delete({ job: "x", instance: "b" });
  assertEquals(instances(await list()), ["a", "c"]);
  clock.nowMs = 30_000;
  store.write({ job: "x", instance: "c" }, labelled({}));
  store.sweep();
  assertEquals(instances(await list()), ["a", "c"], "silent for long");
  clock.nowMs = 61_001;
  store.sweep();
  assertEquals(instances(await list()), ["c"]);
});

Deno.test("discoveryHandler() lists 10,000 targets in less than 200 ms", async () => {
  const { store, list } = discover({ forgetAfterMs: 1_000 });
  for (let index = 0; index < 10_000; index++) {
    const instance = `host-${index * 7919 % 10_000}:9100`;
    store.write({ job: `job-${index % 100}`, instance }, labelled({ site: "home", room: "büro" }));
  }
  let fastestMs = Infinity;
  for (let tries = 0; tries < 10; tries++) {
    const startMs = performance.now();
    assertEquals((await list()).length, 10_000);
    fastestMs = Math.min(fastestMs, performance.now() - startMs);
  }
  // A machine that is busy with other things makes it slower, and never faster.
  assert(fastestMs < 200, `${fastestMs} ms`);
});
