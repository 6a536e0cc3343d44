// Holds the examples of docs/protocol.md against the codec.

import { assert, assertEquals } from "@std/assert";
import {
  CLOSE,
  decodeFrame,
  encodeFrame,
  type Frame,
  FRAME_TYPES,
  receiverLimits,
} from "../../../protocol/stream/mod.ts";
import { decodeDelta, encodeDelta } from "../../../protocol/stream/delta/mod.ts";
import { HELLO_KEYS } from "../../../protocol/stream/hello_keys.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/protocol.md", import.meta.url));

/** The lines of the first code block behind a heading. */
function block(heading: string): string[] {
  const [, text] = PAGE.split(`\n### ${heading}\n`)[1]?.split(/^```.*$/m) ?? [];
  return text?.trim().split("\n") ?? [];
}

Deno.test("docs/protocol.md shows each type of frame as it is", () => {
  const shown = new Set<string>();
  for (const line of block("Frames, in hexadecimal")) {
    const [, hex = "", json = ""] = /^([0-9a-f ]+?) +(\{.*\})$/.exec(line) ?? [];
    const frame = JSON.parse(json, (key, value) => key === "payload" ? bytesOf(value) : value);
    assertEquals(hexOf(encodeFrame(frame as Frame)), hex.replaceAll(" ", ""), line);
    assertEquals(decodeFrame(bytesOf(hex)), { ok: true, frame });
    shown.add(frame.type);
  }
  assertEquals(shown, new Set(Object.keys(FRAME_TYPES)));
});

Deno.test("docs/protocol.md shows a delta that is undone as it says", () => {
  const lines = block("A delta").map((line) => line.split(": ", 2));
  const { base, body, delta } = Object.fromEntries(lines);
  const [from, to] = [base, body].map((json) => new TextEncoder().encode(JSON.parse(json!)));
  const bytes = bytesOf(delta!);
  assertEquals(decodeDelta(from!, bytes, { bodyBytes: to!.byteLength }), to);
  assertEquals(hexOf(encodeDelta(from!, to!, { maxBytes: 100 })!), hexOf(bytes));
});

Deno.test("docs/protocol.md lists every type of frame, every close code and every key of hello", () => {
  for (const [type, byte] of Object.entries(FRAME_TYPES)) {
    const row = new RegExp(
      `^\\| \`0x${byte.toString(16).padStart(2, "0")}\` +\\| \`${type}\` `,
      "m",
    );
    assert(row.test(PAGE), type);
  }
  for (const code of Object.values(CLOSE)) assert(PAGE.includes(`\n| ${code} `), String(code));
  const limits = new Map<string, number>(
    Object.entries(receiverLimits({ type: "hello", software: "" })),
  );
  for (const [field, key] of Object.entries(HELLO_KEYS)) {
    const row = PAGE.split("\n").find((line) => line.startsWith(`| ${key} `)) ?? "";
    const [, number = "", mib] = /([\d,]+)( MiB)?[^|]*\|$/.exec(row) ?? [];
    const preset = Number(number.replaceAll(",", "")) * (mib === undefined ? 1 : 1024 ** 2);
    assertEquals(preset, limits.get(field) ?? 0, field);
  }
});

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
