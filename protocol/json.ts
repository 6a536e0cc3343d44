// JSON as people write it by hand: what is wrong is said by line and column, and
// without a piece of the text, which may hold a secret.

import { type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

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

function findFault(json: string): string {
  const errors: ParseError[] = [];
  try {
    parseTree(json, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return "nested too deeply"; // the parser calls itself for each bracket
  }
  const [first] = errors;
  const before = json.slice(0, first?.offset).split("\n");
  const what = first === undefined ? "syntax error" : words(printParseErrorCode(first.error));
  return `${what} at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

/** `CommaExpected` as `comma expected`. */
function words(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, " $&").toLowerCase();
}
