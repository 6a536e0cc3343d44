// A gzipped body that ends in a number, which can be changed without packing it anew: the
// rest of it is one compressed block, the number stands in a block that is only stored.

import { Buffer } from "node:buffer";
import { constants, crc32, deflateRawSync } from "node:zlib";

const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const DIGITS = 8;
const NAME = "bench_pushes_total ";
const TAIL_BYTES = NAME.length + DIGITS + 1;
/** Of the block that is only stored: that it is the last one, and twice its length. */
const STORED_BYTES = 5;
const CHECK_BYTES = 8;

const encoder = new TextEncoder();

/** A request and its body in one piece, as it goes over the wire. */
export class NumberedBody {
  /** Whatever stands before the body, and the body. */
  readonly message: Uint8Array<ArrayBuffer>;
  readonly #bodyAt: number;
  readonly #tailAt: number;
  readonly #view: DataView;
  /** The checksum of all that is before the tail. */
  readonly #checksum: number;

  /** `headOf` writes what stands before a body of so many bytes. */
  constructor(text: string, headOf: (bodyBytes: number) => string) {
    const packed = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
    const plain = encoder.encode(text);
    const storedAt = HEADER.length + packed.length;
    const bodyBytes = storedAt + STORED_BYTES + TAIL_BYTES + CHECK_BYTES;
    const head = encoder.encode(headOf(bodyBytes));
    this.message = new Uint8Array(head.length + bodyBytes);
    this.#bodyAt = head.length;
    this.#tailAt = head.length + storedAt + STORED_BYTES;
    this.#view = new DataView(this.message.buffer);
    this.#checksum = crc32(plain);
    this.message.set(head);
    this.message.set(HEADER, head.length);
    this.message.set(packed, head.length + HEADER.length);
    const stored = head.length + storedAt;
    this.message[stored] = 1;
    this.#view.setUint16(stored + 1, TAIL_BYTES, true);
    this.#view.setUint16(stored + 3, ~TAIL_BYTES & 0xffff, true);
    this.#view.setUint32(this.message.length - 4, plain.length + TAIL_BYTES, true);
    this.setNumber(0);
  }

  get bodyBytes(): number {
    return this.message.length - this.#bodyAt;
  }

  /** From now on, the message says this. */
  setNumber(number: number): void {
    const tail = encoder.encode(tailOf(number));
    this.message.set(tail, this.#tailAt);
    this.#view.setUint32(this.#tailAt + TAIL_BYTES, crc32(tail, this.#checksum), true);
  }

  /** The number that a body tells; undefined: it isn't, byte for byte, one of these. */
  numberOf(body: Uint8Array): number | undefined {
    if (body.length !== this.bodyBytes) return undefined;
    const tailAt = this.#tailAt - this.#bodyAt;
    const numberAt = tailAt + NAME.length;
    const number = Number(String.fromCharCode(...body.subarray(numberAt, numberAt + DIGITS)));
    const tail = encoder.encode(tailOf(number));
    const checkAt = tailAt + TAIL_BYTES;
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const isSame =
      equal(body.subarray(0, tailAt), this.message.subarray(this.#bodyAt, this.#tailAt)) &&
      equal(body.subarray(tailAt, checkAt), tail) &&
      view.getUint32(checkAt, true) === crc32(tail, this.#checksum) &&
      equal(body.subarray(checkAt + 4), this.message.subarray(-4));
    return isSame ? number : undefined;
  }
}

function tailOf(number: number): string {
  return `${NAME}${String(number).padStart(DIGITS, "0")}\n`;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
