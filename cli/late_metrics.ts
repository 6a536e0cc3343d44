// The sender's own metrics. Their library is loaded only once somebody wants them.

import type { Registry } from "prom-client";
import {
  type OwnMetrics,
  pairsOf,
  type PassObserver,
  type SenderConfig,
  type SenderMetrics,
} from "../sender/mod.ts";

/** Counts from when it is opened; until then it hears nothing. */
export class LateMetrics implements PassObserver, OwnMetrics {
  #opened: { readonly registry: Registry; readonly metrics: SenderMetrics } | undefined;

  /** Opens it for a config's pairs, or goes over to them. */
  async open(config: SenderConfig): Promise<void> {
    if (this.#opened !== undefined) return this.follow(config);
    const { processRegistry } = await import("./registry.ts");
    const { SenderMetrics } = await import("../sender/metrics.ts");
    const registry = processRegistry();
    this.#opened = { registry, metrics: new SenderMetrics(registry, pairsOf(config)) };
  }

  /** Goes over to a config's pairs, where it is open. */
  follow(config: SenderConfig): void {
    this.#opened?.metrics.setPairs(pairsOf(config));
  }

  get contentType(): string {
    return this.#opened?.registry.contentType ?? "text/plain";
  }

  async metrics(): Promise<string> {
    return await this.#opened?.registry.metrics() ?? "";
  }

  passed(...told: Parameters<PassObserver["passed"]>): void {
    this.#opened?.metrics.passed(...told);
  }

  skipped(...told: Parameters<PassObserver["skipped"]>): void {
    this.#opened?.metrics.skipped(...told);
  }

  attempted(...told: Parameters<PassObserver["attempted"]>): void {
    this.#opened?.metrics.attempted(...told);
  }

  replaced(...told: Parameters<PassObserver["replaced"]>): void {
    this.#opened?.metrics.replaced(...told);
  }

  reloaded(...told: Parameters<SenderMetrics["reloaded"]>): void {
    this.#opened?.metrics.reloaded(...told);
  }
}
