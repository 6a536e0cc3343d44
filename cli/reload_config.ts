// Brings a running sender to what its config says now.

import type { LoadedConfig, Log, Sender, SenderConfig, TargetFiles } from "../sender/mod.ts";
import type { LateMetrics } from "./late_metrics.ts";
import { Fault } from "./terminal.ts";

/** What a reload works with. */
export interface ReloadOptions {
  /**
   * Reads the config, after what files of targets said before; a {@linkcode Fault} where
   * its file can't be read.
   */
  readonly read: (before: TargetFiles) => Promise<LoadedConfig>;
  readonly sender: Pick<Sender, "apply">;
  readonly metrics: Pick<LateMetrics, "open" | "follow" | "reloaded">;
  readonly log: Log;
  /** Why an edit may not be seen. */
  readonly unseen?: string | undefined;
}

/** Reads the config again when asked to, one time after another. */
export class ConfigReloader {
  readonly #options: ReloadOptions;
  #last = Promise.resolve();
  #files: readonly string[];
  #targetFiles: TargetFiles;
  /** Those that were told already. */
  #warnings: readonly string[];

  /** The config that is applied, and what it depends on. */
  constructor(
    { files, targetFiles, warnings }: Pick<
      LoadedConfig & { ok: true },
      "files" | "targetFiles" | "warnings"
    >,
    options: ReloadOptions,
  ) {
    this.#files = files;
    this.#targetFiles = targetFiles;
    this.#warnings = warnings;
    this.#options = options;
  }

  /** What the config depends on, good or bad, as it was last read. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Applies what differs. A config with faults is told of, and the old one goes on. */
  reload(): Promise<void> {
    return this.#last = this.#last.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    const { read, log, metrics } = this.#options;
    let faults: readonly string[];
    try {
      const loaded = await read(this.#targetFiles);
      this.#files = loaded.files;
      if (loaded.ok) {
        this.#targetFiles = loaded.targetFiles;
        const told = new Set(this.#warnings);
        for (const reason of loaded.warnings) {
          if (!told.has(reason)) log.warn("targets left out", { reason });
        }
        this.#warnings = loaded.warnings;
        return await this.#apply(loaded.config);
      }
      faults = loaded.faults;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults = [error.message.split("\n")[0] ?? ""];
    }
    metrics.reloaded("refused");
    log.error("config refused", { faults: faults.join("; "), goes_on: "the one before" });
  }

  async #apply(config: SenderConfig): Promise<void> {
    const { sender, log, metrics, unseen } = this.#options;
    if (config.self !== undefined) await metrics.open(config);
    const { kept, added, removed } = await sender.apply(config);
    metrics.follow(config);
    const isSame = added.length + removed.length === 0;
    metrics.reloaded(isSame ? "unchanged" : "applied");
    if (isSame) log.info("config unchanged", unseen === undefined ? {} : { unseen });
    else log.info("config applied", { kept, added: added.length, removed: removed.length });
  }
}
