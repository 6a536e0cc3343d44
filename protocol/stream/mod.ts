// The stream's frames and how bodies travel in them, as docs/protocol.md has it. No input, no output.

export * from "./frame.ts";
export { Acks } from "./acks.ts";
export { Bases, type Room, UNBOUNDED } from "./bases.ts";
export { type Bound, type Channel, ChannelTable } from "./channel_table.ts";
export { checksum, isGzipOf } from "./checksum.ts";
export { type DecodedFrame, decodeFrame } from "./decode_frame.ts";
export { encodeFrame } from "./encode_frame.ts";
export { gunzip } from "./gunzip.ts";
export {
  IncomingBodies,
  type IncomingOptions,
  type Intake,
  type WholeBody,
} from "./incoming_bodies.ts";
export { MAX_TEXT_BYTES, maxScrapes, type ReceiverLimits, receiverLimits } from "./limits.ts";
export {
  deltaBody,
  firstPart,
  otherParts,
  type OutgoingBody,
  PART_BYTES,
  wholeBody,
} from "./outgoing_body.ts";
export { UnfinishedLengths } from "./unfinished_lengths.ts";
