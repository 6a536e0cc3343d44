// What a command line comes to.

import type { ListenAddress } from "./listener.ts";
import type { LogOptions } from "./log.ts";
import type { Network } from "./values.ts";

/** Options of a receiver, all of them with a value. */
export interface ReceiverFlags {
  readonly pushListen: ListenAddress;
  readonly scrapeListen: ListenAddress;
  /** Bytes. */
  readonly maxBody: number;
  /** Bytes. */
  readonly maxUnpacked: number;
  readonly maxTargets: number;
  /** Bytes. */
  readonly maxMemory: number;
  /** Milliseconds. */
  readonly defaultTtl: number;
  /** Milliseconds. */
  readonly forgetAfter: number;
  readonly stateDir?: string;
  readonly advertise?: string;
  /** Milliseconds. */
  readonly sdWarmup: number;
  readonly trustedProxies?: readonly Network[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** Where the options came from that a receiver runs with. */
export interface ReceiverFlagsOrigin {
  /** A receiver.json, which may say what neither argument nor environment does. */
  readonly config?: string;
  /** Names of those that nobody set: what is in their place is preset. */
  readonly unset: readonly string[];
}

/** Options of every command that logs. */
export interface LogFlags {
  readonly logFormat: LogOptions["format"];
  readonly logLevel: LogOptions["level"];
}

/** Options of a sender. */
export interface SenderFlags {
  readonly config: string;
  readonly metricsListen?: ListenAddress;
}

/** Options of `doctor`. */
export interface DoctorFlags {
  readonly config: string;
  readonly scrapeUrl?: string;
  readonly json: boolean;
}

/** Options of `discover`. */
export interface DiscoverFlags {
  readonly config: string;
  readonly receiver?: string;
  readonly yes: boolean;
}

/** Options of `sender check`. */
export interface CheckFlags {
  readonly config: string;
  readonly json: boolean;
}

/** Options of `install`. `given` are the other options as they were typed, for the unit. */
export interface InstallFlags {
  readonly unitDir: string;
  readonly print: boolean;
  readonly now: boolean;
  readonly given: readonly string[];
}

/** Options of `uninstall`. */
export interface UninstallFlags {
  readonly unitDir: string;
  readonly print: boolean;
}

/** A shell that completions are made for. */
export type Shell = "bash" | "zsh" | "fish";

/** What to do. `shown` is done already: help, the version, or what is wrong with the arguments. */
export type Command =
  | {
    readonly kind: "receiver";
    readonly flags: ReceiverFlags & LogFlags & ReceiverFlagsOrigin;
  }
  | { readonly kind: "receiver exampleconfig" }
  | { readonly kind: "receiver check"; readonly flags: { readonly config: string } }
  | { readonly kind: "receiver token"; readonly name: string }
  | {
    readonly kind: "receiver install";
    readonly flags: ReceiverFlags & LogFlags & ReceiverFlagsOrigin & InstallFlags;
  }
  | { readonly kind: "receiver uninstall"; readonly flags: UninstallFlags }
  | { readonly kind: "sender"; readonly flags: SenderFlags & LogFlags }
  | { readonly kind: "sender exampleconfig" }
  | { readonly kind: "sender check"; readonly flags: CheckFlags }
  | { readonly kind: "sender doctor"; readonly flags: DoctorFlags }
  | { readonly kind: "sender discover"; readonly flags: DiscoverFlags }
  | {
    readonly kind: "sender install";
    readonly flags: SenderFlags & InstallFlags;
  }
  | { readonly kind: "sender uninstall"; readonly flags: UninstallFlags }
  | { readonly kind: "healthcheck"; readonly flags: { readonly url: string } }
  | { readonly kind: "completions"; readonly shell: Shell }
  | { readonly kind: "man" }
  | {
    readonly kind: "shown";
    readonly stdout: string;
    readonly stderr: string;
    readonly exitCode: number;
  };
