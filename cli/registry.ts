// The registry of a process's own metrics, with those that say which process it is.

import process from "node:process";
import { Counter, Gauge, Registry } from "prom-client";
import { VERSION } from "./version.ts";

/** A registry that holds the build and, under Prometheus's usual names, the process. */
export function processRegistry(): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "prompipe_build_info",
    help: "Always 1; the version is a label",
    labelNames: ["version"],
    registers,
  }).set({ version: VERSION }, 1);
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, since 1970",
    registers,
  }).set(performance.timeOrigin / 1000);
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory",
    registers,
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time used, user and system",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  return registry;
}
