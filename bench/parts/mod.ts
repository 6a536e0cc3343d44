// The parts of the bench, in the order they run.

import type { Part } from "../part.ts";

/** Each is loaded when it is run. */
export const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  receiver: async () => (await import("./receiver.ts")).receiver,
  mixed: async () => (await import("./mixed.ts")).mixed,
  sender: async () => (await import("./sender.ts")).sender,
  bytes: async () => (await import("./bytes.ts")).bytes,
  freshness: async () => (await import("./freshness.ts")).freshness,
  stream: async () => (await import("./stream.ts")).stream,
  flood: async () => (await import("./flood.ts")).flood,
  growth: async () => (await import("./growth.ts")).growth,
  startup: async () => (await import("./startup.ts")).startup,
};
