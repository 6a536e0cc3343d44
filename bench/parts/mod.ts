// The parts of the bench, in the order they run.

import type { Part } from "../part.ts";

/** Each is loaded when it is run. */
export const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  receiver: async () => (await import("./receiver.ts")).receiver,
};
