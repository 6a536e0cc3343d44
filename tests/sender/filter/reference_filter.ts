// What a filter has to keep, worked out the simple way: whole text, regular expressions
// of JavaScript, every line once. Knows no line feeds in labels, and no quoted names.

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  histogram: ["_bucket", "_sum", "_count", "_created"],
  gaugehistogram: ["_bucket", "_gsum", "_gcount"],
  summary: ["_sum", "_count", "_created"],
  info: ["_info"],
};

/** The lines of a body whose metadata stands before its series, and once for each family. */
export function referenceFilter(body: string, passes: (name: string) => boolean): string {
  const lines = body.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const metadata = lines.map((line) => /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][\w:]*) (.*)/.exec(line));
  const types = new Map<string, string>();
  for (const match of metadata) {
    if (match !== null && (match[1] === "TYPE" || !types.has(match[2]!))) {
      types.set(match[2]!, match[1] === "TYPE" ? match[3]! : "");
    }
  }
  const names = lines.map((line) => /^[a-zA-Z_:][\w:]*/.exec(line)?.[0]);
  const families = new Set<string>();
  for (const name of names) {
    if (name === undefined || !passes(name)) continue;
    const [family] = [...types].find(([family, type]) =>
      !types.has(name) && SUFFIXES[type]?.some((suffix) =>
        family + suffix === name
      )
    ) ?? [name];
    families.add(family);
  }
  return lines.filter((_, index) => {
    const name = names[index];
    if (name !== undefined) return passes(name);
    const match = metadata[index];
    return match == null || families.has(match[2]!);
  }).join("");
}
