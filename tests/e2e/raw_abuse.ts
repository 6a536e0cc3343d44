// One connection that says anything, and what the other side makes of it.

import type { Outcome } from "../corpus/requests.ts";
import { writeAll } from "./raw_http.ts";

/** What came back until the end of the connection. */
export interface Heard {
  readonly statuses: readonly number[];
  readonly text: string;
  /** Whether the other side ended it, and not the time. */
  readonly ended: boolean;
}

const FOLLOWING = "GET /healthz HTTP/1.1\r\nHost: after\r\nConnection: close\r\n\r\n";
const PATIENCE_MS = 20_000;

/** Says the bytes, then asks for `/healthz` where something can follow, and reads to the end. */
export async function converse(
  port: number,
  said: Uint8Array,
  { last = false, patienceMs = PATIENCE_MS } = {},
): Promise<Heard> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const sent = (async () => {
    await writeAll(connection, said);
    if (!last) await writeAll(connection, new TextEncoder().encode(FOLLOWING));
    // What isn't whole, or keeps the connection, would be waited for.
    else await connection.closeWrite();
  })().catch(() => {}); // who refuses may hang up at once
  const decoder = new TextDecoder("latin1");
  let text = "";
  let ended = true;
  const timer = setTimeout(() => {
    ended = false;
    connection.close();
  }, patienceMs);
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) {
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } catch {
    // A reset: what came before it counts.
  }
  clearTimeout(timer);
  await sent;
  const statuses = Array.from(
    text.matchAll(/HTTP\/1\.[01] (\d{3}) /g),
    ([, code]) => Number(code),
  );
  return { statuses, text, ended };
}

/** What is wrong with what was heard, or `undefined`. */
export function objection(
  { statuses, ended }: Heard,
  wanted: Outcome,
  { last = false } = {},
): string | undefined {
  if (!ended) return `still open after ${statuses}`;
  if (wanted === "refused") {
    const [first, second] = statuses;
    const right = second === undefined && (first === undefined || (first >= 400 && first < 500));
    return right ? undefined : `answered ${statuses}`;
  }
  const mayEnd = last || wanted.at(-1)! >= 400; // rather than read on what it doesn't want
  const answers = statuses.join();
  return mayEnd && answers === wanted.join() || answers === [...wanted, 200].join()
    ? undefined
    : `answered ${answers}, not ${wanted}`;
}
