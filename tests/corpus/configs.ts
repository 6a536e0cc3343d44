// Texts that no config should be, and the faults that must be told of each.

/** A text, and the first fault; `undefined`: it is taken. */
export interface TextCase {
  readonly name: string;
  readonly text: string;
  readonly fault: RegExp | undefined;
}

const PAIR = '{"source": "http://a:1/metrics", "destination": "http://b/metrics/c/d"}';
const DEEP = 20_000;

/** What is no JSON, for every config. */
export const BROKEN_JSON: readonly TextCase[] = [
  { name: "nothing", text: "", fault: /is not JSON: value expected at line 1, column 1$/ },
  { name: "blanks", text: " \r\n\t", fault: /is not JSON: value expected/ },
  { name: "a NUL", text: "\0", fault: /is not JSON: invalid/ },
  { name: "a NUL behind it", text: "{}\0", fault: /is not JSON: / },
  { name: "UTF-16", text: "\ufffd\ufffd{\0}\0", fault: /is not JSON: / },
  { name: "two byte-order marks", text: "\ufeff\ufeff{}", fault: /is not JSON: / },
  { name: "a no-break space", text: "\u00a0{}", fault: /is not JSON: / },
  { name: "curly quotes", text: "{“pairs”: []}", fault: /is not JSON: / },
  { name: "single quotes", text: "{'pairs': []}", fault: /is not JSON: / },
  { name: "a comment", text: "// x\n{}", fault: /JSON has no comments, take it out$/ },
  { name: "a trailing comma", text: '{"pairs": [],}', fault: /take out the comma before it$/ },
  { name: "two values", text: "{}{}", fault: /is not JSON: end of file expected/ },
  {
    name: "a key twice",
    text: '{"pairs": [], "pairs": []}',
    fault: /holds a key twice, again at /,
  },
  {
    name: "a key twice, escaped",
    text: '{"pairs": [], "p\\u0061irs": []}',
    fault: /holds a key twice/,
  },
  { name: "brackets without end", text: "[".repeat(DEEP), fault: /is not JSON: / },
  { name: "braces without end", text: '{"a":'.repeat(DEEP), fault: /is not JSON: / },
  {
    name: "a raw newline in a text",
    text: '{"a": "b\nc"}',
    fault: /is not JSON: unexpected end of string/,
  },
  { name: "an escape that is none", text: '{"a": "\\x41"}', fault: /is not JSON: invalid escape/ },
  { name: "a number with a leading 0", text: '{"a": 01}', fault: /is not JSON: / },
  { name: "NaN", text: '{"a": NaN}', fault: /is not JSON: / },
];

/** JSON that is no config of a sender. */
export const BROKEN_SENDER_CONFIGS: readonly TextCase[] = [
  { name: "a list", text: "[]", fault: /must hold \{"bearer_token": …, "pairs": \[…\]\}/ },
  { name: "null", text: "null", fault: /must hold/ },
  { name: "a number", text: "1e999", fault: /must hold/ },
  { name: "no pairs", text: "{}", fault: /./ },
  {
    name: "pairs of null",
    text: '{"bearer_token": "t", "pairs": [null]}',
    fault: /"pairs\[0\]" must be/,
  },
  {
    name: "a prototype",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "__proto__": {}}`,
    fault: /"__proto__" is unknown/,
  },
  {
    name: "a constructor",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "constructor": 1}`,
    fault: /"constructor" is unknown/,
  },
  {
    name: "a key in red",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "\\u001b[31m": 1}`,
    fault: /"\\u001b\[31m" is unknown/,
  },
  {
    name: "a token with a newline",
    text: `{"bearer_token": "a\\nb", "pairs": [${PAIR}]}`,
    fault: /"bearer_token" must be .*not shown/,
  },
  {
    name: "half of a character",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "labels": {"a": "\\ud800"}}`,
    fault: /"labels" holds "a", which is no valid Unicode/,
  },
  {
    name: "an interval without end",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "interval": "${"9".repeat(400)}s"}`,
    fault: /"interval" must be/,
  },
  {
    name: "a size without end",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "max_body": "${"9".repeat(400)}GiB"}`,
    fault: /"max_body" must be/,
  },
  {
    name: "deep in a value",
    text: `{"bearer_token": "t", "pairs": ${'[{"labels":'.repeat(200)}1${"}]".repeat(200)}}`,
    fault: /./,
  },
  {
    name: "a variable that isn't set",
    text: `{"bearer_token": "\${NONE}", "pairs": [${PAIR}]}`,
    fault: /needs \$\{NONE\}, which is not set/,
  },
  {
    name: "an expression that would never end",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "drop": ["(a*)*b"]}`,
    fault: undefined,
  },
  {
    name: "an expression without end",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "drop": ["("]}`,
    fault: /"drop\[0\]" must be a regular expression/,
  },
  {
    name: "an expression of a thousand thousands",
    text: `{"bearer_token": "t", "pairs": [${PAIR}], "drop": ["(a{1000}){1000}"]}`,
    fault: /"drop\[0\]" must be a regular expression/,
  },
  {
    name: "a byte-order mark",
    text: `\ufeff{"bearer_token": "t", "pairs": [${PAIR}]}`,
    fault: undefined,
  },
];

/** JSON that is no config of a receiver. */
export const BROKEN_RECEIVER_CONFIGS: readonly TextCase[] = [
  { name: "a list", text: "[]", fault: /must hold \{"tokens": \[…\]\}/ },
  { name: "tokens of null", text: '{"tokens": [null]}', fault: /"tokens\[0\]" must be/ },
  { name: "a prototype", text: '{"__proto__": {"tokens": []}}', fault: /"__proto__" is unknown/ },
  {
    name: "a name in red",
    text: `{"tokens": [{"name": "\\u001b[31m", "sha256": "${"0".repeat(64)}"}]}`,
    fault: /"tokens\[0\].name" must be/,
  },
  {
    name: "a digest of other digits",
    text: `{"tokens": [{"name": "a", "sha256": "${"٠".repeat(64)}"}]}`,
    fault: /sha256" must be .*not shown/,
  },
  {
    name: "a pattern that is cut",
    text: `{"tokens": [{"name": "a", "sha256": "${"0".repeat(64)}", "targets": ["%/*"]}]}`,
    fault: /"tokens\[0\].targets\[0\]" must be a pattern/,
  },
  {
    name: "a limit beyond counting",
    text: `{"tokens": [{"name": "a", "sha256": "${"0".repeat(64)}", "max_targets": 1e300}]}`,
    fault: /max_targets" must be/,
  },
];

/** Files of targets, by how their names end. */
export const BROKEN_TARGETS: readonly (TextCase & { readonly file: string })[] = [
  { file: "a.json", name: "nothing", text: "", fault: /is not JSON/ },
  { file: "a.yml", name: "nothing", text: "", fault: undefined },
  { file: "a.yml", name: "a comment", text: "# none\n", fault: undefined },
  { file: "a.json", name: "null", text: "null", fault: undefined },
  { file: "a.json", name: "a group of null", text: "[null]", fault: /entry 1 must have/ },
  { file: "a.yml", name: "a group of nothing", text: "-\n", fault: /entry 1 must have/ },
  {
    file: "a.yml",
    name: "two documents",
    text: "- targets: [a:1]\n---\n- targets: [b:1]\n",
    fault: /is not YAML/,
  },
  { file: "a.yml", name: "a tag", text: "- !!js/function 'x'\n", fault: /entry 1|is not YAML/ },
  { file: "a.yml", name: "an alias of nobody", text: "- *x\n", fault: /is not YAML/ },
  { file: "a.yml", name: "tabs", text: "-\ttargets:\n\t- a:1\n", fault: /is not YAML/ },
  { file: "a.yml", name: "a list without end", text: "[".repeat(2_000), fault: /is not YAML/ },
  {
    file: "a.yml",
    name: "a key twice",
    text: "- targets: [a:1]\n  targets: [b:1]\n",
    fault: /is not YAML/,
  },
  {
    file: "a.yml",
    name: "numbers for texts",
    text: "- targets: [127.0.0.1:80]\n  labels: {a: 1, b: true, c: 1.0}\n",
    fault: undefined,
  },
  {
    file: "a.json",
    name: "a target with a path",
    text: '[{"targets": ["a/../b"]}]',
    fault: /target 1 must be a host and a port/,
  },
  {
    file: "a.json",
    name: "a target with a user",
    text: '[{"targets": ["u:p@a:1"]}]',
    fault: /target 1 must be a host and a port/,
  },
  {
    file: "a.json",
    name: "a prototype",
    text: '[{"targets": [], "labels": {"__proto__": "x"}}]',
    fault: undefined,
  },
];
