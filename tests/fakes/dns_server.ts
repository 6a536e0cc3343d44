// A name server that knows one name, and what the test says of it just now (RFC 1035).

const TYPES: Readonly<Record<number, "v4" | "v6">> = { 1: "v4", 28: "v6" };

export class DnsServer implements AsyncDisposable {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 53 });
  readonly #serving: Promise<void>;
  /** `undefined`: it has none of this kind. */
  addresses: { readonly v4?: string; readonly v6?: string };
  /** How often it was asked. */
  asked = 0;

  constructor(addresses: DnsServer["addresses"]) {
    this.addresses = addresses;
    this.#serving = this.#serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for await (const [query, from] of this.#socket) {
      this.asked++;
      await this.#socket.send(this.#answer(query), from);
    }
  }

  /** Whatever the name: only one is asked for. Answers are good for no time. */
  #answer(query: Uint8Array): Uint8Array {
    let end = 12;
    while (query[end] !== 0) end += query[end]! + 1;
    const type = query[end + 1]! << 8 | query[end + 2]!;
    const address = this.addresses[TYPES[type] ?? "v4"];
    const bytes = TYPES[type] !== undefined && address !== undefined ? bytesOf(address) : [];
    const count = bytes.length > 0 ? 1 : 0;
    const head = [query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0];
    const record = [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes];
    return new Uint8Array([...head, ...query.subarray(12, end + 5), ...count ? record : []]);
  }
}

function bytesOf(address: string): number[] {
  if (!address.includes(":")) return address.split(".").map(Number);
  const [left = "", right = ""] = address.split("::");
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((each) => parseInt(each, 16));
  const zeros = Array<number>(8 - groups(left).length - groups(right).length).fill(0);
  return [...groups(left), ...zeros, ...groups(right)].flatMap((
    group,
  ) => [group >> 8, group & 255]);
}
