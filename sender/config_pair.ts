// Pairs of what a config says: the top's settings, and over them an entry's own.

import type { Labels } from "../protocol/mod.ts";
import type { ConfigFile, Settings, TlsEntry } from "./config_schema.ts";
import type { DestinationAddress, SourceAddress } from "./config_values.ts";
import type { FilterRules } from "./filter/name_filter.ts";
import type { Destination, Pair, Tls } from "./pair.ts";

/** What pairs are made of beside their settings. */
export interface PairAddresses {
  readonly source: SourceAddress;
  readonly destinations: readonly [DestinationAddress, ...DestinationAddress[]];
  /** The target's own, over those of the settings. */
  readonly labels?: Labels;
  /** Each takes the place of the settings' first value of that name, as for Prometheus 3. */
  readonly params?: Readonly<Record<string, string>>;
}

/** The contents of files by their names in the config. */
export type Contents = ReadonlyMap<string, string>;

const DEFAULTS = { interval: 4_000, timeout: 10_000, max_body: 50 * 2 ** 20 } as const;

/** The top's settings with an entry's over them: names in tables one by one, else whole keys. */
export function mergeSettings(top: ConfigFile, entry: Settings): Settings {
  return {
    ...withoutThoseReplaced(top, entry),
    ...entry,
    labels: { ...top.labels, ...entry.labels },
    headers: { ...top.headers, ...entry.headers },
    params: { ...top.params, ...entry.params },
  };
}

/** A pair, with every file's contents in it. */
export function makePair(settings: Settings, contents: Contents, addresses: PairAddresses): Pair {
  const { source, labels, params } = addresses;
  return {
    source: {
      url: withParams(source.url, joinParams(settings.params ?? {}, params ?? {})),
      socketPath: source.socketPath,
      headers: sourceHeaders(settings, contents),
      tls: readTls(settings.source_tls, contents),
      filter: filterRules(settings),
    },
    destinations: makeDestinations(settings, contents, addresses.destinations),
    labels: { ...settings.labels, ...labels },
    ...limits(settings),
    mode: settings.mode ?? "push",
    paramsAllowed: settings.params_allowed ?? [],
  };
}

/** Where to deliver to, and as whom. */
export function makeDestinations(
  settings: Settings,
  contents: Contents,
  [first, ...others]: PairAddresses["destinations"],
): Pair["destinations"] {
  const bearerToken = settings.bearer_token ?? contentOf(settings.bearer_token_file, contents) ??
    "";
  const tls = readTls(settings.destination_tls, contents);
  const make = (address: DestinationAddress): Destination => ({ ...address, bearerToken, tls });
  return [make(first), ...others.map(make)];
}

/** Times and sizes, with their presets. */
export function limits(settings: Settings) {
  return {
    intervalMs: settings.interval ?? DEFAULTS.interval,
    timeoutMs: settings.timeout ?? DEFAULTS.timeout,
    maxBodyBytes: settings.max_body ?? DEFAULTS.max_body,
  };
}

/** Of two keys that say one thing in two ways, an entry's own replaces the top's other one. */
function withoutThoseReplaced(top: ConfigFile, entry: Settings): Settings {
  const { pairs: _, sources: __, self: ___, ...settings } = top;
  const says = (...keys: (keyof Settings)[]) => keys.some((key) => entry[key] !== undefined);
  return {
    ...settings,
    ...says("bearer_token", "bearer_token_file") &&
      { bearer_token: undefined, bearer_token_file: undefined },
    ...says("basic_auth", "source_bearer_token_file") &&
      { basic_auth: undefined, source_bearer_token_file: undefined },
  };
}

type Params = NonNullable<Settings["params"]>;

function joinParams(params: Params, firsts: Readonly<Record<string, string>>): Params {
  const replaced = Object.entries(firsts)
    .map(([name, first]) => [name, [first, ...params[name]?.slice(1) ?? []]]);
  return { ...params, ...Object.fromEntries(replaced) };
}

function withParams(url: URL, params: Params): URL {
  const pairs = Object.entries(params).flatMap(([name, values]) =>
    values.map((value) => [name, value])
  );
  if (pairs.length === 0) return url;
  const full = new URL(url);
  // What the URL has of its own stays as it was written.
  full.search = [url.search.slice(1), String(new URLSearchParams(pairs))].filter(Boolean).join("&");
  return full;
}

function sourceHeaders(settings: Settings, contents: Contents): Record<string, string> {
  const headers = { ...settings.headers };
  const token = contentOf(settings.source_bearer_token_file, contents);
  const { basic_auth } = settings;
  if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
  if (basic_auth !== undefined) {
    const password = basic_auth.password ?? contentOf(basic_auth.password_file, contents) ?? "";
    const bytes = new TextEncoder().encode(`${basic_auth.username}:${password}`);
    headers["Authorization"] = `Basic ${bytes.toBase64()}`;
  }
  return headers;
}

function filterRules({ keep = [], drop = [] }: Settings): FilterRules | undefined {
  return keep.length === 0 && drop.length === 0 ? undefined : { keep, drop };
}

function readTls(entry: TlsEntry | undefined, contents: Contents): Tls | undefined {
  return entry && {
    ca: contentOf(entry.ca_file, contents),
    cert: contentOf(entry.cert_file, contents),
    key: contentOf(entry.key_file, contents),
    serverName: entry.server_name,
    insecureSkipVerify: entry.insecure_skip_verify ?? false,
  };
}

function contentOf(name: string | undefined, contents: Contents): string | undefined {
  return name === undefined ? undefined : contents.get(name);
}
