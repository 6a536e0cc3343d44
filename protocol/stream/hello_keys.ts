// The numbers that the fields of a hello go by.

import type { HelloFrame } from "./frame.ts";

/** A field of a hello that is a number. */
export type HelloKey = Exclude<keyof HelloFrame, "type" | "software">;

/** By field. A number that isn't here is a later version's. */
export const HELLO_KEYS: Readonly<Record<HelloKey, number>> = {
  maxBodyBytes: 1,
  maxUnpackedBytes: 2,
  maxChannels: 3,
  maxUnfinishedBytes: 4,
  maxBaseBytes: 5,
  maxBasesBytes: 6,
  maxScrapes: 7,
};
