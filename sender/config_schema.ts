// The one schema of the sender's config file, and what is right for each of its keys.

import * as v from "valibot";
import { isRecord } from "../protocol/config_path.ts";
import {
  parseDestination,
  parseHeaders,
  parseInterval,
  parseLabelTable,
  parseParamNames,
  parseParams,
  parsePositiveSize,
  parseServerName,
  parseSource,
  parseTargetGlob,
  parseTemplate,
  parseText,
  parseToken,
  parseUsername,
  Wrong,
} from "./config_values.ts";

/** What a value must be, to follow `"key" must be`. */
export const RIGHT = {
  bearer_token: "the receiver's token: visible ASCII characters without spaces",
  bearer_token_file: "the path of a file with the receiver's token",
  pairs: 'a list with at least one {"source": …, "destination": …}',
  source: "an http:// or https:// URL without user and password, such as " +
    '"http://127.0.0.1:9100/metrics", or a socket, such as "unix:///run/x.sock:/metrics"',
  destination: "an http(s):// or ws(s):// URL that ends in /metrics/{job}/{instance}, such as " +
    '"https://push.example.com/metrics/node/rpi", or a list of them',
  interval: 'a duration from 100ms to 1d, such as "4s" or "1m30s"',
  timeout: 'a duration from 100ms to 1d, such as "10s"',
  max_body: 'a size, such as "512KiB" or "50MiB"',
  labels: 'an object of names and texts, such as {"site": "home"}',
  headers: 'an object of names and texts, such as {"X-Scope": "a"}',
  params: 'an object of names and lists of texts, such as {"module": ["if_mib"]}',
  basic_auth: 'an object such as {"username": …, "password_file": …}',
  username: "a text without a colon",
  password: "a text",
  password_file: "the path of a file with the password",
  source_bearer_token_file: "the path of a file with the source's token",
  source_tls: 'an object such as {"ca_file": "ca.pem"}',
  destination_tls: 'an object such as {"ca_file": "ca.pem"}',
  ca_file: "the path of a file with certificates in PEM",
  cert_file: "the path of a file with a certificate in PEM",
  key_file: "the path of a file with a private key in PEM",
  server_name: "the host's name in the server's certificate",
  insecure_skip_verify: "true or false",
  keep: 'a list of regular expressions on metric names, such as ["node_cpu_.*"]',
  drop: 'a list of regular expressions on metric names, such as ["go_.*"]',
  sources: 'a list of {"files": ["targets/*.json"], "destination": …}',
  files: "a list of paths that end in .json, .yml or .yaml, with a * in the last part at most",
  job: "a text",
  mode: '"push" or "on_demand"',
  params_allowed: 'a list of names of parameters, 32 at most, such as ["module", "target"]',
  self: 'an object such as {"destination": "https://push.example.com/metrics/prompipe/rpi"}',
} as const;

/** Keys whose values, and all within them, never appear in a message. */
export const SECRET_KEYS: ReadonlySet<string | number> = new Set([
  "bearer_token",
  "headers",
  "params",
  "basic_auth",
  "password",
]);

/** Marks an issue whose message says what is wrong, to follow the key. */
export const SAID = "said";

const tls = {
  ca_file: v.optional(parsed(parseText)),
  cert_file: v.optional(parsed(parseText)),
  key_file: v.optional(parsed(parseText)),
  server_name: v.optional(parsed(parseServerName)),
  insecure_skip_verify: v.optional(v.boolean()),
};

const basicAuth = {
  username: parsed(parseUsername),
  password: v.optional(v.string()),
  password_file: v.optional(parsed(parseText)),
};

/** What may stand at the top for all, and on each for itself. */
const settings = {
  bearer_token: v.optional(parsed(parseToken)),
  bearer_token_file: v.optional(parsed(parseText)),
  interval: v.optional(parsed(parseInterval)),
  timeout: v.optional(parsed(parseInterval)),
  max_body: v.optional(parsed(parsePositiveSize)),
  labels: v.optional(read(parseLabelTable)),
  headers: v.optional(read(parseHeaders)),
  params: v.optional(read(parseParams)),
  basic_auth: v.optional(object(basicAuth)),
  source_bearer_token_file: v.optional(parsed(parseText)),
  source_tls: v.optional(object(tls)),
  destination_tls: v.optional(object(tls)),
  keep: v.optional(v.array(v.string())),
  drop: v.optional(v.array(v.string())),
  mode: v.optional(v.picklist(["push", "on_demand"])),
  params_allowed: v.optional(read(parseParamNames)),
};

const pair = {
  source: parsed(parseSource),
  destination: oneOrMore(parsed(parseDestination)),
  ...settings,
};

const targetSource = {
  files: v.pipe(v.array(parsed(parseTargetGlob)), v.minLength(1)),
  destination: oneOrMore(parsed(parseTemplate)),
  job: v.optional(parsed(parseText)),
  ...settings,
};

const self = { destination: oneOrMore(parsed(parseDestination)) };

const file = {
  ...settings,
  pairs: v.optional(v.array(object(pair))),
  sources: v.optional(v.array(object(targetSource))),
  self: v.optional(object(self)),
};

/** The shape of the file: unknown keys are faults, values come out parsed. */
export const ConfigFile = object(file);

/** A file that the schema took. */
export type ConfigFile = v.InferOutput<typeof ConfigFile>;
/** An entry of `sources`. */
export type TargetSourceEntry = NonNullable<ConfigFile["sources"]>[number];
/** What the top, a pair and an entry of `sources` may all say. */
export type Settings = Omit<ConfigFile, "pairs" | "sources" | "self">;
/** `source_tls` and `destination_tls`. */
export type TlsEntry = NonNullable<Settings["source_tls"]>;

const ENTRIES: Readonly<Record<string, object>> = {
  pairs: pair,
  sources: targetSource,
  self,
  basic_auth: basicAuth,
  source_tls: tls,
  destination_tls: tls,
};

/** The keys that may stand beside one another, by the key that leads there. */
export function knownKeys(key: string | undefined): readonly string[] {
  return Object.keys(key === undefined ? file : ENTRIES[key] ?? {});
}

/** An object with these keys and no others. */
function object<Entries extends v.ObjectEntries>(entries: Entries) {
  // A list would pass for an object without keys.
  return v.pipe(v.custom<Record<string, unknown>>(isRecord), v.strictObject(entries));
}

/** A string that `parse` makes something of. */
function parsed<T>(parse: (text: string) => T | undefined) {
  return v.pipe(v.string(), transformed(parse));
}

/** A value of any kind that `parse` makes something of. */
function read<T>(parse: (value: unknown) => T | Wrong | undefined) {
  return v.pipe(v.unknown(), transformed(parse));
}

function transformed<Input, T>(parse: (value: Input) => T | Wrong | undefined) {
  return v.rawTransform<Input, T>(({ dataset, addIssue, NEVER }) => {
    const value = parse(dataset.value);
    if (value instanceof Wrong) addIssue({ expected: SAID, message: value.reason });
    else if (value !== undefined) return value;
    else addIssue();
    return NEVER;
  });
}

/** One, or a list with at least one. */
function oneOrMore<T>(schema: v.GenericSchema<unknown, T>) {
  const one = v.pipe(schema, v.transform((value): [T, ...T[]] => [value]));
  const list = v.pipe(
    v.array(schema),
    v.rawTransform<T[], [T, ...T[]]>(
      ({ dataset: { value: [first, ...others] }, addIssue, NEVER }) => {
        if (first !== undefined) return [first, ...others];
        addIssue();
        return NEVER;
      },
    ),
  );
  return v.lazy((input) => Array.isArray(input) ? list : one);
}
