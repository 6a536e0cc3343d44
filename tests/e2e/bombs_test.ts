// Bodies that are small on the wire and huge unpacked.

import { assert, assertEquals } from "@std/assert";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { testUnless } from "../parts.ts";
import { Receiver } from "./prompipe.ts";
import { bytes, exchange, head } from "./raw_http.ts";

const MIB = 1024 * 1024;
const PATH = "/metrics/fooservice/rpi";
const GOOD = "good 12345\n";
const UNPACKED_BYTES = 10 * 1024 * MIB;
const PIECE = new Uint8Array(64 * MIB);
const PIECES = UNPACKED_BYTES / PIECE.length;
const MAX_BODY_BYTES = 10 * MIB;
const MAX_GROWTH_BYTES = 64 * MIB;

/** 10 GiB as one deflate stream: blocks that a full flush made repeatable. */
function oneMemberBomb(): Uint8Array<ArrayBuffer> {
  const options = { level: 9, finishFlush: constants.Z_FULL_FLUSH };
  const blocks = deflateRawSync(PIECE, options);
  const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3);
  // Nobody should get as far as the checksum.
  const end = bytes(deflateRawSync(new Uint8Array(0)), new Uint8Array(8));
  return bytes(header, ...Array.from({ length: PIECES }, () => blocks), end);
}

/** 10 GiB as a row of whole gzip members, sound to the last byte. */
function manyMembersBomb(): Uint8Array<ArrayBuffer> {
  const member = gzipSync(PIECE, { level: 9 });
  return bytes(...Array.from({ length: PIECES }, () => member));
}

/** A field of /proc/PID/status in bytes. */
async function memory(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
}

for (const [name, make] of Object.entries({ oneMemberBomb, manyMembersBomb })) {
  testUnless(
    Deno.build.os !== "linux" && "it reads /proc",
    `${name}: 10 MiB that unpack to 10 GiB are a 413, and memory stays small`,
    async () => {
      const bomb = make();
      assert(bomb.length <= MAX_BODY_BYTES, `the bomb has ${bomb.length} bytes`);
      await using receiver = await Receiver.start();
      assertEquals(await receiver.push(PATH, GOOD), 204);
      const { pid } = receiver.process;
      const beforeBytes = await memory(pid, "VmRSS");

      const request = head("PUT", PATH, {
        Authorization: `Bearer ${receiver.token}`,
        "Content-Encoding": "gzip",
        "Content-Length": String(bomb.length),
      });
      const answer = await exchange(receiver.pushPort, bytes(request, bomb));
      assertEquals(answer?.status, 413);
      assertEquals(await receiver.scrape(PATH), { status: 200, text: GOOD });

      // The peak that the kernel has seen, start included.
      const growthBytes = await memory(pid, "VmHWM") - beforeBytes;
      assert(growthBytes < MAX_GROWTH_BYTES, `grew by ${Math.round(growthBytes / MIB)} MiB`);
    },
  );
}
