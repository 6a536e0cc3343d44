// A delivery whose results the test decides, and which remembers what it was given.

import type { Delivery, DeliveryResult } from "../../sender/delivery.ts";
import type { Report } from "../../sender/report.ts";

type Respond = (
  report: Report,
  signal: AbortSignal,
) => DeliveryResult | Promise<DeliveryResult>;

export class FakeDelivery implements Delivery {
  readonly reports: Report[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #respond: Respond;

  constructor(respond: Respond) {
    this.#respond = respond;
  }

  async deliver(report: Report, signal: AbortSignal): Promise<DeliveryResult> {
    this.reports.push(report);
    this.signals.push(signal);
    return await this.#respond(report, signal);
  }
}
