// What no WebSocket says (RFC 6455), and the code with which the receiver must hang up.

/** Bytes after the handshake. */
export interface WebSocketCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: number;
}

const BINARY = 0x82;
const PROTOCOL_ERROR = 1002;
const TOO_LARGE = 1009;
const BROKEN_FRAME = 4400;

/** A frame of a client; its mask is 0, which changes nothing. */
function frame(
  first: number,
  payload: Uint8Array | string = "abc",
  { length, masked = true }: { length?: readonly number[]; masked?: boolean } = {},
): number[] {
  const data = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const [size = 0, ...more] = length ?? [data.length];
  return [first, size | (masked ? 0x80 : 0), ...more, ...masked ? [0, 0, 0, 0] : [], ...data];
}

const CASES: readonly (readonly [name: string, bytes: readonly number[], code: number])[] = [
  ["no mask", frame(BINARY, "abc", { masked: false }), PROTOCOL_ERROR],
  ["the first reserved bit", frame(0xc2), PROTOCOL_ERROR],
  ["the second reserved bit", frame(0xa2), PROTOCOL_ERROR],
  ["the third reserved bit", frame(0x92), PROTOCOL_ERROR],
  ["a kind of message that is not known", frame(0x83), PROTOCOL_ERROR],
  ["a kind of control that is not known", frame(0x8b), PROTOCOL_ERROR],
  ["a ping in fragments", frame(0x09), PROTOCOL_ERROR],
  ["a close in fragments", frame(0x08, ""), PROTOCOL_ERROR],
  [
    "a ping that is too long",
    frame(0x89, new Uint8Array(126), { length: [126, 0, 126] }),
    PROTOCOL_ERROR,
  ],
  ["a continuation of nothing", frame(0x80), PROTOCOL_ERROR],
  ["a message in another", [...frame(0x02), ...frame(BINARY)], PROTOCOL_ERROR],
  ["a text", frame(0x81), 1003],
  ["a text that is no UTF-8", frame(0x81, Uint8Array.of(0xff, 0xfe)), 1007],
  [
    "a length of 2^63 - 1",
    frame(BINARY, "", { length: [127, 127, ...Array(7).fill(255)] }),
    TOO_LARGE,
  ],
  ["a length of 2^64 - 1", frame(BINARY, "", { length: [127, ...Array(8).fill(255)] }), TOO_LARGE],
  ["a length of 4 GiB", frame(BINARY, "", { length: [127, 0, 0, 0, 1, 0, 0, 0, 0] }), TOO_LARGE],
  ["a length of 2 MiB", frame(BINARY, "", { length: [127, 0, 0, 0, 0, 0, 32, 0, 0] }), TOO_LARGE],
  ["a close with half a code", frame(0x88, "a"), PROTOCOL_ERROR],
  ["a close with a code that is never sent", frame(0x88, Uint8Array.of(3, 237)), PROTOCOL_ERROR],
  ["a close with a code of 0", frame(0x88, Uint8Array.of(0, 0)), PROTOCOL_ERROR],
  ["a close with a reason that is no UTF-8", frame(0x88, Uint8Array.of(3, 232, 255)), 1007],
  ["a close as it should be", frame(0x88, Uint8Array.of(3, 232)), 1000],
  ["an empty message", frame(BINARY, ""), BROKEN_FRAME],
  ["a message that is no frame of a stream", frame(BINARY, "\0\0\0"), BROKEN_FRAME],
  [
    "100,000 fragments",
    [...frame(0x02), ...Array.from({ length: 100_000 }, () => frame(0x00)).flat()],
    1008,
  ],
  [
    "100,000 empty fragments",
    [...frame(0x02, ""), ...Array.from({ length: 100_000 }, () => frame(0x00, "")).flat()],
    1008,
  ],
  ["HTTP", [...new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")], PROTOCOL_ERROR],
];

export const WEB_SOCKET_CASES: readonly WebSocketCase[] = CASES.map(([name, bytes, code]) => ({
  name,
  bytes: Uint8Array.from(bytes),
  code,
}));
