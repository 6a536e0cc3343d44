// Bodies that are small on the wire and huge unpacked.

import { assert, assertEquals } from "@std/assert";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { Receiver } from "../e2e/prompipe.ts";
import { bytes, exchange, head } from "../e2e/raw_http.ts";
import { peakMib, residentMib } from "./proc.ts";
import { noLinux, scenario } from "./scenario.ts";

const MIB = 1024 * 1024;
const PATH = "/metrics/fooservice/rpi";
const GOOD = "good 12345\n";
const UNPACKED_BYTES = 10 * 1024 * MIB;
const PIECE = new Uint8Array(64 * MIB);
const PIECES = UNPACKED_BYTES / PIECE.length;
const MAX_BODY_BYTES = 10 * MIB;
const MAX_GROWTH_MIB = 64;

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

for (
  const [how, make] of Object.entries({
    "one-member": oneMemberBomb,
    "many-members": manyMembersBomb,
  })
) {
  scenario(
    {
      name: `bomb-of-${how}`,
      breaks: "a push of at most 10 MiB unpacks to 10 GiB",
      holds: "413, at most 64 MiB more memory, and the snapshot before it stays",
      unless: noLinux,
      ci: true,
    },
    async (seen) => {
      const bomb = make();
      assert(bomb.length <= MAX_BODY_BYTES, `the bomb has ${bomb.length} bytes`);
      await using receiver = await Receiver.start();
      assertEquals(await receiver.push(PATH, GOOD), 204);
      const { pid } = receiver.process;
      const beforeMib = residentMib(pid);

      const request = head("PUT", PATH, {
        Authorization: `Bearer ${receiver.token}`,
        "Content-Encoding": "gzip",
        "Content-Length": String(bomb.length),
      });
      const answer = await exchange(receiver.pushPort, bytes(request, bomb));
      assertEquals(answer?.status, 413);
      assertEquals(await receiver.scrape(PATH), { status: 200, text: GOOD });

      const growthMib = peakMib(pid) - beforeMib;
      seen("peak", growthMib, `MiB more than ${Math.round(beforeMib)}`);
      assert(growthMib < MAX_GROWTH_MIB, `grew by ${growthMib} MiB`);
    },
  );
}
