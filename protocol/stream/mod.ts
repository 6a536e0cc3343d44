// The stream's frames and how bodies travel in them, as docs/protocol.md has it. No input, no output.

export * from "./frame.ts";
