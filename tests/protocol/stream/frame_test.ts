import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeFrame,
  encodeFrame,
  MAX_MESSAGE_BYTES,
  MAX_PAYLOAD_BYTES,
} from "../../../protocol/stream/mod.ts";
import { frames } from "./frame_arbitraries.ts";

Deno.test("decodeFrame() reads what encodeFrame() writes", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const message = encodeFrame(frame);
      assert(message.byteLength <= MAX_MESSAGE_BYTES);
      assertEquals(decodeFrame(message), { ok: true, frame });
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("decodeFrame() takes no frame that is cut, or has something behind it", () => {
  fc.assert(fc.property(frames, fc.nat(), (frame, where) => {
    if (frame.type === "hello" || "payload" in frame) return; // their ends are the message's
    const message = encodeFrame(frame);
    assertEquals(decodeFrame(message.slice(0, where % message.byteLength)).ok, false);
    assertEquals(decodeFrame(Uint8Array.of(...message, 0)).ok, false);
  }));
});

Deno.test("decodeFrame() takes one way to write each frame", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(0x34), (bytes, type) => {
      bytes[0] = type;
      const decoded = decodeFrame(Uint8Array.from(bytes));
      if (!decoded.ok || decoded.frame === undefined) return;
      // But for keys of a hello: they may come in any order, and be unknown.
      if (decoded.frame.type !== "hello") assertEquals(encodeFrame(decoded.frame), bytes);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("decodeFrame() says what is wrong", () => {
  const table: [hex: string, reason: string][] = [
    ["", "a frame ends too early"],
    ["00", "a frame's type is not known"],
    ["03", "a frame's type is not known"],
    ["7f", "a frame's type is not known"],
    ["0200", 'a frame of type "alive" is too long'],
    ["11", "a frame ends too early"],
    ["1180", "a frame ends too early"],
    ["118000", "a frame holds a number in more bytes than it needs"],
    ["11ffffffff0800", "a frame holds a number that is too high"],
    ["11ffffffffffffffffff0100", "a frame holds a number that is too long"],
    ["110002", "a frame holds a number that is too high"],
    ["17ffffffffffffff1f", "a frame holds a number that is too high"],
    ["17ffffffffffffff0f00", 'a frame of type "abort" is too long'],
    ["1600", "a frame has a chunk that is empty"],
    [`01c901${"20".repeat(201)}`, "a frame holds a text that is too long"],
    ["0102c328", "a frame holds a text that is no UTF-8"],
    ["0103edA080", "a frame holds a text that is no UTF-8"],
    ["01020a", "a frame ends too early"],
    ["01000101010a", "a frame says the same thing twice"],
    ["0100ff0100ff0100", "a frame says the same thing twice"],
    ["010001", "a frame ends too early"],
    [`1000000000d904${"61".repeat(601)}`, "a frame holds a text that is too long"],
    ["1000020000", "a frame holds a number that is too high"],
    ["10000000000000000021", "a frame holds a number that is too high"],
    ["10000000000000000002", "a frame ends too early"],
    ["1200000300000000", "a frame has a body that is packed in no known way"],
    ["12000010", "a frame holds a number that is too high"],
    ["12000000000000", "a frame ends too early"],
    ["1200000a010000000001ff", "a frame has a delta that is more than a frame"],
    ["12000008010000000001ff", "a frame has a body that would end before its chunks"],
    ["120000080100000000ff01", "a frame has a body that would end before its chunks"],
    [
      `120000000000000000${"00".repeat(MAX_PAYLOAD_BYTES + 1)}`,
      "a frame holds a payload that is too long",
    ],
    [`1601${"00".repeat(MAX_PAYLOAD_BYTES + 1)}`, "a frame holds a payload that is too long"],
    ["80".padEnd(2 * MAX_MESSAGE_BYTES + 2, "0"), "a message is too long"],
  ];
  for (const [hex, reason] of table) {
    assertEquals(decodeFrame(bytesOf(hex)), { ok: false, reason }, hex.slice(0, 40));
  }
});

Deno.test("decodeFrame() passes over frames of a later version, and what else its hello says", () => {
  assertEquals(decodeFrame(bytesOf("80")), { ok: true, frame: undefined });
  assertEquals(decodeFrame(bytesOf("ff0102")), { ok: true, frame: undefined });
  assertEquals(decodeFrame(bytesOf("010161ff01020304")), {
    ok: true,
    frame: { type: "hello", software: "a", maxChannels: 4 },
  });
});

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
