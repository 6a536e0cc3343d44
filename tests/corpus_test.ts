// Each text of the corpus through the parser it is for: the fault that it must tell, in one
// line, and nothing thrown.

import { assert } from "@std/assert";
import { parseConfigJson } from "../protocol/json.ts";
import { parseReceiverFile } from "../receiver/config.ts";
import { loadConfig } from "../sender/config.ts";
import { parseTargetGroups } from "../sender/target_groups.ts";
import {
  BROKEN_JSON,
  BROKEN_RECEIVER_CONFIGS,
  BROKEN_SENDER_CONFIGS,
  BROKEN_TARGETS,
  type TextCase,
} from "./corpus/configs.ts";

function assertTold({ name, fault }: TextCase, faults: readonly string[]): void {
  const told = faults.join("\n");
  assert(fault === undefined ? told === "" : fault.test(faults[0] ?? ""), `${name}: ${told}`);
  // What is shown does nothing, and is not long.
  assert(!/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u.test(told), name);
  for (const each of faults) assert(!each.includes("\n") && each.length < 1_000, name);
}

async function senderFaults(text: string): Promise<readonly string[]> {
  const loaded = await loadConfig(text, {
    dir: "/",
    env: () => undefined,
    readTextFile: () => Promise.reject(new Deno.errors.NotFound()),
    listFolder: () => Promise.resolve([]),
  });
  return loaded.ok ? [] : loaded.faults;
}

function receiverFaults(text: string): readonly string[] {
  const parsed = parseReceiverFile(text, {});
  return parsed.ok ? [] : parsed.faults;
}

Deno.test("what is no JSON is refused by every config, by line and column", async () => {
  for (const each of BROKEN_JSON) {
    const parsed = parseConfigJson(each.text);
    assertTold(each, parsed.ok ? [] : [parsed.fault]);
    assertTold(each, await senderFaults(each.text));
    assertTold(each, receiverFaults(each.text));
  }
});

Deno.test("what is no config of a sender is refused, by its key", async () => {
  for (const each of BROKEN_SENDER_CONFIGS) assertTold(each, await senderFaults(each.text));
});

Deno.test("what is no config of a receiver is refused, by its key", () => {
  for (const each of BROKEN_RECEIVER_CONFIGS) assertTold(each, receiverFaults(each.text));
});

Deno.test("what is no file of targets is refused, by its entry", async () => {
  for (const each of BROKEN_TARGETS) {
    const parsed = await parseTargetGroups(each.file, each.text);
    assertTold(each, parsed.ok ? [] : [parsed.reason]);
  }
});
