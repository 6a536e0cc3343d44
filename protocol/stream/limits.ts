// What the fields of a frame may be, and what a hello means where it is silent.

import type { HelloFrame } from "./frame.ts";

/** Of channels, requests, seconds and lengths of time. */
export const MAX_NUMBER = 2 ** 31 - 1;
/** Of texts that have no limit of their own. */
export const MAX_TEXT_BYTES = 4_096;
/** Of a hello's software. */
export const MAX_SOFTWARE_BYTES = 200;
/** Of job and instance as they are sent: a little too long is refused, and no fault of the stream. */
export const MAX_NAME_BYTES = 600;
/** Of the name of a parameter. */
export const MAX_PARAM_BYTES = 200;
/** Of a content type. */
export const MAX_CONTENT_TYPE_BYTES = 1_024;
/** Parameters that one target allows. */
export const MAX_PARAMS_ALLOWED = 32;

/** What a receiver takes on one stream. */
export interface ReceiverLimits {
  readonly maxBodyBytes: number;
  readonly maxUnpackedBytes: number;
  readonly maxChannels: number;
  readonly maxUnfinishedBytes: number;
  readonly maxBaseBytes: number;
  readonly maxBasesBytes: number;
}

const MIB = 1024 * 1024;

/** The limits that a receiver's hello states, with what counts for those it leaves out. */
export function receiverLimits(hello: HelloFrame): ReceiverLimits {
  return {
    maxBodyBytes: hello.maxBodyBytes ?? 10 * MIB,
    maxUnpackedBytes: hello.maxUnpackedBytes ?? 50 * MIB,
    maxChannels: hello.maxChannels ?? 1_000,
    maxUnfinishedBytes: hello.maxUnfinishedBytes ?? MIB,
    maxBaseBytes: hello.maxBaseBytes ?? 0,
    maxBasesBytes: hello.maxBasesBytes ?? 0,
  };
}

/** How many scrapes a sender takes at once. */
export function maxScrapes(hello: HelloFrame): number {
  return hello.maxScrapes ?? 0;
}
