// One file of targets, in the format of Prometheus's file_sd_configs:
// https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config

import * as v from "valibot";
import { isRecord } from "../protocol/config_path.ts";
import { parseJson } from "../protocol/json.ts";

/** Targets that have their labels in common. */
export interface TargetGroup {
  /** Addresses, such as `exporter:9100`. */
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The groups of a file, or what is wrong with it, which follows its name. */
export type ParsedGroups =
  | { readonly ok: true; readonly groups: readonly TargetGroup[] }
  | { readonly ok: false; readonly reason: string };

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const Groups = v.array(v.strictObject({
  targets: v.array(v.pipe(v.string(), v.check((text) => /^[^\s/?#@\\]+$/.test(text)))),
  labels: v.optional(v.custom<Readonly<Record<string, string>>>((value) =>
    isRecord(value) &&
    Object.entries(value).every(([name, each]) =>
      LABEL_NAME.test(name) && typeof each === "string" && each.isWellFormed()
    )
  )),
}));

/** Reads the text of a file; what its name ends in says whether it is YAML. */
export async function parseTargetGroups(name: string, text: string): Promise<ParsedGroups> {
  const parsed = /\.json$/i.test(name) ? parseJson(text) : await parseYaml(text);
  if (!parsed.ok) return { ok: false, reason: parsed.fault };
  // An empty file of YAML, or null, is an empty list: as for Prometheus.
  const result = v.safeParse(Groups, parsed.value ?? []);
  if (result.success) {
    return {
      ok: true,
      groups: result.output.map(({ targets, labels = {} }) => ({ targets, labels })),
    };
  }
  const [{ path = [] }] = result.issues;
  const [index, key, item] = path.map(({ key }) => key);
  if (typeof index !== "number") {
    return { ok: false, reason: 'must hold a list of {"targets": […], "labels": {…}}' };
  }
  const entry = `entry ${index + 1}`;
  if (key === "targets" && item !== undefined) {
    return { ok: false, reason: `${entry}: target ${Number(item) + 1} must be a host and a port` };
  }
  if (key === "targets") {
    return { ok: false, reason: `${entry}: "targets" must be a list of texts` };
  }
  return key === "labels"
    ? { ok: false, reason: `${entry}: "labels" must hold texts under names that labels can have` }
    : { ok: false, reason: `${entry} must have "targets" and may have "labels", and nothing else` };
}

async function parseYaml(text: string): Promise<ReturnType<typeof parseJson>> {
  const { parse, YAMLParseError } = await import("yaml");
  try {
    // Failsafe: a number in a label is the text that stands there, as for Prometheus.
    return { ok: true, value: parse(text, { schema: "failsafe", logLevel: "error" }) };
  } catch (error) {
    // The message quotes the text.
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const where = at === undefined ? "" : `: line ${at.line}, column ${at.col}`;
    return { ok: false, fault: `is not YAML${where}` };
  }
}
