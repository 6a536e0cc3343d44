// A receiver with two tokens: one abuses it, and what the other has must stay as it is.

import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { newToken, Receiver } from "./prompipe.ts";
import type { Heard } from "./raw_abuse.ts";
import { TempDir } from "./temp_dir.ts";

const GOOD_PATH = "/metrics/good/one";
const GOOD = "# TYPE good gauge\ngood 12345\n";

/** A receiver that is abused, and what is known of it. */
export class AbusedReceiver {
  readonly receiver: Receiver;
  /** A header line with a token that may write `abuse/*`. */
  readonly authorization: string;
  readonly #secrets: readonly string[];

  constructor(receiver: Receiver, abuser: string) {
    this.receiver = receiver;
    this.authorization = `Authorization: Bearer ${abuser}`;
    this.#secrets = [receiver.token, abuser];
  }

  /** No answer says a token. */
  hear({ text }: Heard): void {
    assert(!this.#secrets.some((secret) => text.includes(secret)), "an answer holds a token");
  }

  /** It lives, and the other token's target is as it was. */
  async assertSound(after: string): Promise<void> {
    assertEquals(await this.receiver.scrape(GOOD_PATH), { status: 200, text: GOOD }, after);
    const response = await fetch(this.receiver.destination("/healthz"));
    assertEquals([response.status, await response.text()], [200, "ok\n"], after);
  }

  /** Nothing came of it but the abuser's own targets, and nothing of it is shown raw. */
  async assertUnharmed(): Promise<void> {
    await this.assertSound("all of it");
    const api = await this.receiver.scrape("/api/v1/targets?history=no");
    const { targets } = JSON.parse(api.text) as { targets: { job: string; sender: unknown }[] };
    assertEquals(targets.filter(({ job }) => job !== "abuse").length, 1);
    const page = await this.receiver.scrape("/");
    const { output } = this.receiver.process;
    for (const text of [api.text, page.text, output]) {
      assert(!this.#secrets.some((secret) => text.includes(secret)), "a token is shown");
      assert(!text.includes("<script>alert"), "markup is shown");
    }
    // deno-lint-ignore no-control-regex
    assert(!/[\0-\x09\x0b-\x1f\x7f]/.test(output), "a control character is logged");
    const lines = output.split("\n").filter((line) => /level=error|rror:/.test(line));
    assertEquals(lines, []);
  }

  /** The most that it ever had in memory. */
  async peakBytes(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.receiver.process.pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }
}

/** Runs a test with one. */
export async function withReceiver(test: (abused: AbusedReceiver) => Promise<void>) {
  await using folder = await TempDir.make();
  const abuser = newToken();
  const sha256 = createHash("sha256").update(abuser).digest("hex");
  const tokens = [{ name: "abuser", sha256, targets: ["abuse/*"] }];
  const config = await folder.write("receiver.json", JSON.stringify({ tokens }));
  await using receiver = await Receiver.start({ args: ["--config", config] });
  assertEquals(await receiver.push(GOOD_PATH, GOOD), 204);
  await test(new AbusedReceiver(receiver, abuser));
}
