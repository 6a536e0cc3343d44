// Pairs of targets: their labels say what Prometheus would scrape, and fill in the
// destination.

import { type Labels, labelValueFault } from "../protocol/mod.ts";
import { quote } from "../protocol/config_path.ts";
import type { PairAddresses } from "./config_pair.ts";
import {
  type DestinationAddress,
  parseDestination,
  parseSource,
  TEMPLATE_LABEL,
  Wrong,
} from "./config_values.ts";
import type { TargetGroup } from "./target_groups.ts";

/** What an entry of `sources` says of every target. */
export interface TargetRules {
  /** With `{label}` in their paths. */
  readonly destination: readonly [string, ...string[]];
  readonly job?: string | undefined;
}

/** A target's own labels, with those that Prometheus supplies. */
type Named = Readonly<Record<string, string>>;

/** The pair of one target, or why there can be none. */
export function targetPair(
  address: string,
  group: TargetGroup,
  rules: TargetRules,
): PairAddresses | Wrong {
  const all: Named = {
    __scheme__: "http",
    __metrics_path__: "/metrics",
    ...rules.job !== undefined && { job: rules.job },
    instance: address,
    ...group.labels,
    __address__: address,
  };
  const { __scheme__: scheme, __metrics_path__: path } = all;
  const source = /^https?$/.test(scheme!) && path!.startsWith("/")
    ? parseSource(`${scheme}://${address}${path}`)
    : undefined;
  if (source === undefined) return new Wrong("names no http:// or https:// URL");

  const destinations: DestinationAddress[] = [];
  for (const template of rules.destination) {
    const destination = fillIn(template, all);
    if (destination instanceof Wrong) return destination;
    destinations.push(destination);
  }
  const [first, ...others] = destinations;
  const labels = ownLabels(group.labels);
  return labels instanceof Wrong
    ? labels
    : { source, destinations: [first!, ...others], labels, params: params(group.labels) };
}

function fillIn(template: string, labels: Named): DestinationAddress | Wrong {
  const used = [...template.matchAll(TEMPLATE_LABEL)].map(([, name]) => name!);
  const missing = used.find((name) => !Object.hasOwn(labels, name) || labels[name] === "");
  if (missing !== undefined) return new Wrong(`has no label ${quote(missing)}`);
  const text = template.replaceAll(
    TEMPLATE_LABEL,
    (_, name: string) => encodeURIComponent(labels[name]!),
  );
  return parseDestination(text) ?? new Wrong("has a label that no destination can hold");
}

/** Those that reach `/sd`: job and instance stand in the path, `__…` is for the scrape alone. */
function ownLabels(labels: Named): Labels | Wrong {
  const own = Object.entries(labels).filter(([name, value]) =>
    !name.startsWith("__") && name !== "job" && name !== "instance" && value !== ""
  );
  for (const [name, value] of own) {
    const fault = labelValueFault(value);
    if (fault !== undefined) return new Wrong(`has a label ${quote(name)} that ${fault}`);
  }
  return Object.fromEntries(own);
}

function params(labels: Named): Named {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([name]) => name.startsWith("__param_"))
      .map(([name, value]) => [name.slice("__param_".length), value]),
  );
}
