// The comments at the head of a unit: by them `uninstall` knows that prompipe wrote
// it, what goes with it, and what stays.

export interface Mark {
  readonly kind: "sender" | "receiver";
  /** Of the prompipe that wrote it. */
  readonly version: string;
  /** Files that were made for the service. */
  readonly goes: readonly string[];
  /** What the service uses and others own, each after a word for what it is. */
  readonly stays: readonly string[];
}

const GOES = "# Goes with it: ";
const STAYS = "# Stays: ";

/** Comment lines. Nothing in the mark may hold a control character. */
export function markText({ kind, version, goes, stays }: Mark): string {
  return [
    `# Written by prompipe ${version}: prompipe ${kind} install`,
    ...goes.map((path) => GOES + path),
    ...stays.map((what) => STAYS + what),
  ].map((line) => `${line}\n`).join("");
}

/** What stands at the head of a unit; undefined: somebody else wrote it. */
export function readMark(unit: string): Mark | undefined {
  const lines = unit.split("\n");
  const first = /^# Written by prompipe (\S+): prompipe (sender|receiver) install$/.exec(lines[0]!);
  if (first === null) return undefined;
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const after = (start: string) =>
    lines.slice(0, end < 0 ? undefined : end)
      .filter((line) => line.startsWith(start))
      .map((line) => line.slice(start.length));
  return {
    kind: first[2] as Mark["kind"],
    version: first[1]!,
    goes: after(GOES),
    stays: after(STAYS),
  };
}
