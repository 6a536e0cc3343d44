// What the page is made of.

import type { html } from "hono/html";
import type { TargetJson } from "../target_json.ts";
import type { ReceiverJson } from "../targets_api.ts";
import type { Choice } from "./view.js";

/** A piece of the page, escaped. */
export type Html = ReturnType<typeof html>;

/** What the page shows. */
export interface PageContent {
  readonly receiver: ReceiverJson;
  readonly choice: Choice;
  /** How many targets were chosen. */
  readonly total: number;
  /** How many of them come before the first row. */
  readonly from: number;
  readonly rows: readonly TargetJson[];
  /** Where Prometheus finds the scrape listener. */
  readonly address: string;
  /** Where senders find the push listener. */
  readonly pushAddress: string;
}
