// One delivery made of several: a report goes to all of them at once.

import type { Delivery, DeliveryResult } from "./delivery.ts";
import type { Report } from "./report.ts";

/** Delivers to all; what failed first, in their order, is the result. */
export class DeliverToAll implements Delivery {
  readonly #deliveries: readonly [Delivery, ...Delivery[]];

  constructor(deliveries: readonly [Delivery, ...Delivery[]]) {
    this.#deliveries = deliveries;
  }

  async deliver(report: Report, signal: AbortSignal): Promise<DeliveryResult> {
    const [first, ...others] = this.#deliveries;
    const all = [first, ...others].map((delivery) => delivery.deliver(report, signal));
    const results = await Promise.all(all);
    return results.find((result) => !result.ok) ?? results[0]!;
  }
}
