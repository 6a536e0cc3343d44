// How systemd reads what the units say, written down anew from systemd.syntax(7),
// systemd.unit(5) and systemd.service(5), so that the escaping has somebody to
// disagree with.

const ESCAPES: Record<string, string> = {
  "\\": "\\",
  '"': '"',
  "'": "'",
  "s": " ",
  "t": "\t",
  "n": "\n",
};

/** Splits at whitespace, and at `separators`, as extract_first_word() does. */
export function words(text: string, separators = ""): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  let bare = true;
  const end = () => {
    if (word === ";" && bare) throw new Error("two commands in one");
    if (word !== undefined) found.push(word);
    word = undefined;
    bare = true;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\") {
      const next = text[++at] ?? "";
      const meant = separators.includes(next) ? next : ESCAPES[next];
      if (meant === undefined) throw new Error(`unknown escape: \\${next}`);
      word = (word ?? "") + meant;
    } else if (char === quote) {
      quote = undefined;
    } else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char;
      word ??= "";
      bare = false;
    } else if (quote === undefined && (/\s/.test(char) || separators.includes(char))) {
      end();
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== undefined) throw new Error("unbalanced quotes");
  end();
  return found;
}

/** Fills `%` specifiers in. No unit of ours needs one where this is used. */
export function expandSpecifiers(text: string): string {
  return text.replaceAll(/%(.?)/g, (_, specifier) => {
    if (specifier !== "%") throw new Error(`a specifier: %${specifier}`);
    return "%";
  });
}

/** What the kernel is given for `ExecStart=`. */
export function commandLine(
  text: string,
  environment: Record<string, string> = {},
): string[] {
  return words(text).map((word, index) => {
    const expanded = expandSpecifiers(word);
    if (index === 0) return expanded;
    return expanded.replaceAll(/\$(\$|\{(\w+)\}|\w+|)/g, (all, what, name) => {
      if (what === "$") return "$";
      if (name === undefined || !(name in environment)) {
        throw new Error(`a variable: ${all}`);
      }
      return environment[name]!;
    });
  });
}

/** All values of a setting, in order. */
export function settings(unit: string, key: string): string[] {
  return unit.split("\n").filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1).trim());
}
