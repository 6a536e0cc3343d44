// Reads a whole exposition as Prometheus would, and says what it would object to.

import { setImmediate } from "node:timers/promises";
import { LF, lineEnd } from "./byte_class.ts";
import { type Format, readContentType } from "./content_type.ts";
import type { EntryReader, RefusedBy } from "./entry.ts";
import { type Finding, Findings } from "./findings.ts";
import { OpenMetricsReader } from "./openmetrics_reader.ts";
import { SeriesLedger } from "./series_ledger.ts";
import { TextReader } from "./text_reader.ts";

/** What a body comes to. */
export interface Verdict {
  readonly format: Format;
  /** Samples that were read; `undefined` where the body is not read. */
  readonly samples: number | undefined;
  readonly refusedBy: ReadonlySet<RefusedBy>;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Objections beyond those. */
  readonly omitted: number;
}

/** For so long the event loop is held up at a time. */
const SLICE_MS = 4;
const ENTRIES_PER_LOOK = 256;

/** Lints a body that is not packed. `nowMs` is what its timestamps are held against. */
export async function lint(
  body: Uint8Array,
  options: { readonly contentType: string | undefined; readonly nowMs: number },
): Promise<Verdict> {
  const { format, objections } = readContentType(options.contentType);
  const findings = new Findings(body);
  for (const objection of objections) findings.add(objection);
  if (body.length === 0 && format !== "openmetrics") {
    findings.add({ refusedBy: "none", message: "The body is empty: all series would go stale" });
  }
  let samples: number | undefined;
  if (format !== "protobuf") {
    const reader = format === "text" ? new TextReader(body) : new OpenMetricsReader(body);
    const ledger = new SeriesLedger(body, {
      msPerUnit: format === "text" ? 1 : 1000,
      nowMs: options.nowMs,
      report: (objection) => findings.add(objection, reader.start),
    });
    samples = 0;
    let sliceEndMs = performance.now() + SLICE_MS;
    for (let entries = 1;; entries++) {
      const entry = reader.next();
      for (const objection of reader.objections) findings.add(objection, reader.start);
      if (entry === undefined) {
        if (!skipLine(reader, body)) break;
      } else if (entry.kind === "end") break;
      else if (entry.kind === "sample") {
        samples++;
        ledger.sample(entry);
      } else if (entry.kind === "metadata") ledger.metadata(entry);
      if (entries % ENTRIES_PER_LOOK === 0 && performance.now() > sliceEndMs) {
        await setImmediate();
        sliceEndMs = performance.now() + SLICE_MS;
      }
    }
  }
  const { refusedBy, omitted } = findings;
  return { format, samples, refusedBy, findings: findings.list(), omitted };
}

/** Goes on behind a faulty line; false where there is none. */
function skipLine(reader: EntryReader, body: Uint8Array): boolean {
  const end = lineEnd(body, reader.at);
  reader.at = end + 1;
  return body[end] === LF && reader.at < body.length;
}
