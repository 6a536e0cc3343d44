// The stream's frames and how bodies travel in them, as docs/protocol.md has it. No input, no output.

export * from "./frame.ts";
export { encodeFrame } from "./encode_frame.ts";
export { type DecodedFrame, decodeFrame } from "./decode_frame.ts";
export { maxScrapes, type ReceiverLimits, receiverLimits } from "./limits.ts";
