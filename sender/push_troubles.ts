// What is told of pushes that don't get through: a receiver that is down is one trouble,
// however many destinations it has; a refusal is its destination's own.

import { Condition } from "./condition.ts";
import type { DeliveryResult } from "./delivery.ts";
import type { Log } from "./log.ts";

/** Where pushes go, and what of. */
export interface PushWay {
  readonly source: string;
  readonly destination: URL;
}

/** Is told how the pushes of one way go. */
export interface PushTrouble {
  report(result: DeliveryResult): void;
  /** There will be no more of them. */
  end(): void;
}

interface Receiver {
  readonly ways: Set<PushTrouble>;
  readonly failing: Set<PushTrouble>;
  readonly fields: { receiver: string; destinations: number; destination: string };
  readonly condition: Condition;
}

/** All ways of a sender. */
export class PushTroubles {
  readonly #log: Log;
  readonly #receivers = new Map<string, Receiver>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** For one way, until it ends. */
  open({ source, destination }: PushWay): PushTrouble {
    const receiver = this.#receiverOf(destination);
    const { ways, failing, condition, fields } = receiver;
    const refused = new Condition(this.#log, { source, destination: destination.href }, {
      bad: "push failing",
      good: "push recovered",
    });
    const trouble = {
      report: (result: DeliveryResult) => {
        if (result.ok) refused.report(undefined);
        if (!result.ok && result.retriable && (ways.size > 1 || failing.size > 0)) {
          if (failing.size === 0) fields.destination = destination.href;
          fields.destinations = ways.size;
          failing.add(trouble);
          return condition.report(result.reason);
        }
        if (!result.ok) refused.report(result.reason);
        // It has answered, be it to refuse.
        if (failing.delete(trouble) && failing.size === 0) condition.report(undefined);
      },
      end: () => {
        ways.delete(trouble);
        failing.delete(trouble);
        if (ways.size === 0 && this.#receivers.get(fields.receiver) === receiver) {
          this.#receivers.delete(fields.receiver);
        }
      },
    };
    ways.add(trouble);
    return trouble;
  }

  #receiverOf({ origin, protocol, host, href }: URL): Receiver {
    // A WebSocket's URL has no origin of its own in every runtime.
    const name = origin === "null" ? `${protocol}//${host}` : origin;
    const known = this.#receivers.get(name);
    if (known !== undefined) return known;
    const fields = { receiver: name, destinations: 0, destination: href };
    const condition = new Condition(this.#log, fields, {
      bad: "receiver failing",
      good: "receiver recovered",
    });
    const receiver = {
      ways: new Set<PushTrouble>(),
      failing: new Set<PushTrouble>(),
      fields,
      condition,
    };
    this.#receivers.set(name, receiver);
    return receiver;
  }
}
