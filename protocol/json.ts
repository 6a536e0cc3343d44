// JSON as people write it by hand: what is wrong is said by line and column, and
// without a piece of the text, which may hold a secret.

import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** The value, or the first fault in one line. */
export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: string };

/** Parses strict JSON. A byte-order mark is passed over. */
export function parseJson(text: string): ParsedJson {
  const json = text.replace(/^\uFEFF/, "");
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch {
    return { ok: false, fault: `is not JSON: ${findFault(json)}` };
  }
}

/** Parses a config, where a key that comes twice would hide what somebody wrote. */
export function parseConfigJson(text: string): ParsedJson {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const json = text.replace(/^\uFEFF/, "");
  let twice: number | undefined;
  try {
    twice = findTwice(parseTree(json));
  } catch {
    return { ok: false, fault: "is not JSON: nested too deeply" };
  }
  if (twice === undefined) return parsed;
  return { ok: false, fault: `holds a key twice, again at ${place(json, twice)}` };
}

/** Where a key stands that its object has already. */
function findTwice(node: Node | undefined): number | undefined {
  const keys = new Set<unknown>();
  for (const child of node?.children ?? []) {
    const key = node?.type === "object" ? child.children?.[0] : undefined;
    if (key !== undefined && keys.has(key.value)) return key.offset;
    keys.add(key?.value);
    const below = findTwice(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

function findFault(json: string): string {
  const errors: ParseError[] = [];
  try {
    parseTree(json, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return "nested too deeply"; // the parser calls itself for each bracket
  }
  const [first] = errors;
  const what = first === undefined ? "syntax error" : words(printParseErrorCode(first.error));
  return `${what} at ${place(json, first?.offset)}${wayOut(json, first?.offset ?? 0)}`;
}

/** For what other formats allow. */
function wayOut(json: string, offset: number): string {
  if (/^(?:\/[/*]|#)/.test(json.slice(offset, offset + 2))) {
    return "; JSON has no comments, take it out";
  }
  const isTrailing = /,\s*$/.test(json.slice(0, offset)) && /^[\]}]/.test(json.slice(offset));
  return isTrailing ? "; take out the comma before it" : "";
}

function place(json: string, offset: number | undefined): string {
  const before = json.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

/** `CommaExpected` as `comma expected`. */
function words(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, " $&").toLowerCase();
}
