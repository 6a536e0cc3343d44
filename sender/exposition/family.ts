// Which metrics a family of a type has, by what is added to its name.

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  histogram: ["_bucket", "_sum", "_count", "_created"],
  gaugehistogram: ["_bucket", "_gsum", "_gcount"],
  summary: ["_sum", "_count", "_created"],
  info: ["_info"],
};

/**
 * The family that a metric belongs to. `typeOf` gives a family's type, and `undefined`
 * for a family that has no metadata; a metric of no such family is one by itself.
 */
export function familyOf(metric: string, typeOf: (family: string) => string | undefined): string {
  if (typeOf(metric) !== undefined) return metric;
  const cut = metric.lastIndexOf("_");
  if (cut <= 0) return metric;
  const family = metric.slice(0, cut);
  const type = typeOf(family);
  return type !== undefined && SUFFIXES[type]?.includes(metric.slice(cut)) ? family : metric;
}

/** The names that metrics of a family may have. */
export function metricsOf(family: string, type: string): string[] {
  return [family, ...(SUFFIXES[type] ?? []).map((suffix) => family + suffix)];
}
