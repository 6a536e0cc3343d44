// Tokens read again while the receiver runs: swapped whole, or kept as they are.

import { Counter, Gauge, type Registry } from "prom-client";
import type { Log } from "./log.ts";
import type { TokenBook, TokenEntry } from "./token_book.ts";

/** What came of reading the tokens again. `reason` is one line without a secret. */
export type Reloaded =
  | {
    readonly ok: true;
    readonly tokens: readonly TokenEntry[];
    /** Options that say something else now, which counts from the next start only. */
    readonly forRestart: readonly string[];
  }
  | { readonly ok: false; readonly reason: string };

/** What a reload works with. */
export interface ReloadDependencies {
  readonly tokens: Pick<TokenBook, "use">;
  readonly registry: Registry;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Takes what was read, and tells of it. The start counts as the first success. */
export function reloader(dependencies: ReloadDependencies): (reloaded: Reloaded) => void {
  const { tokens, registry, log, clock } = dependencies;
  const registers = [registry];
  const successful = new Gauge({
    name: "prompipe_receiver_config_last_reload_successful",
    help: "1 where the tokens were read without a fault the last time, 0 where older ones are kept",
    registers,
  });
  const succeededAt = new Gauge({
    name: "prompipe_receiver_config_last_reload_success_timestamp_seconds",
    help: "When the tokens in use were read, since 1970",
    registers,
  });
  const reloads = new Counter({
    name: "prompipe_receiver_config_reloads_total",
    help: "How often the tokens were read again: success or failure",
    labelNames: ["result"],
    registers,
  });
  for (const result of ["success", "failure"]) reloads.inc({ result }, 0);
  successful.set(1);
  succeededAt.set(clock() / 1000);

  return function take(reloaded) {
    reloads.inc({ result: reloaded.ok ? "success" : "failure" });
    successful.set(reloaded.ok ? 1 : 0);
    if (!reloaded.ok) {
      log.error("reload failed", { reason: reloaded.reason });
      return;
    }
    tokens.use(reloaded.tokens);
    succeededAt.set(clock() / 1000);
    log.info("tokens reloaded", { tokens: reloaded.tokens.length });
    if (reloaded.forRestart.length > 0) {
      log.warn("options need a restart", { options: reloaded.forRestart.join(" ") });
    }
  };
}
