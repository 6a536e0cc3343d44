// Reads the sender's config file, or says how to come to one.

import { parseConfig, type SenderConfig } from "../sender/mod.ts";
import { Fault } from "./terminal.ts";

/** The config at a path; every fault in it is told at once. */
export async function loadConfig(path: string): Promise<SenderConfig> {
  let text;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new Fault(2, `Cannot read config "${path}": ${explain(error)}`);
  }
  const parsed = parseConfig(text);
  if (parsed.ok) return parsed.config;
  const faults = parsed.faults.map((fault) => `  ${fault}`).join("\n");
  throw new Fault(2, `Cannot load config "${path}":\n${faults}`);
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "no such file. Three steps to one:\n" +
      "  prompipe sender exampleconfig > config.json    make one, then edit it\n" +
      "  prompipe sender check                          see whether its sources answer\n" +
      "  prompipe sender                                pipe";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
