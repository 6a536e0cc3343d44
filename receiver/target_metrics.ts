// The metrics of each target, written out as text: a client library takes over a second
// for ten thousand targets, all at once, and 120 MB.

import type { TargetStatus } from "./target_status.ts";

/** Says one sample; `labels` follow those that name the target, as `,name="value"`. */
type Say = (value: number, labels?: string) => void;

interface Family {
  /** After `prompipe_receiver_target_`. */
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: (status: TargetStatus, say: Say, epochMs: number) => void;
}

const FAMILIES: readonly Family[] = [
  gauge(
    "up",
    "1 where a scrape gets a snapshot, 0 where it gets the cause",
    ({ state }) => state === "up" ? 1 : 0,
  ),
  {
    name: "down",
    type: "gauge",
    help: "1 for a target that is down, by cause",
    samples: ({ down }, say) => {
      if (down !== undefined) say(1, `,cause="${down.cause}"`);
    },
  },
  {
    name: "pushes_total",
    type: "counter",
    help: "Pushes of the target: stored, source_failed, outdated or refused",
    samples: ({ counts }, say) => {
      for (const [result, count] of Object.entries(counts)) say(count, `,result="${result}"`);
    },
  },
  {
    name: "arrival",
    type: "gauge",
    help: "Always 1, by how the target's data gets here",
    samples: ({ push }, say) => say(1, `,arrival="${push.arrival}"`),
  },
  gauge("sent_bytes", "Size of the last push, as sent", ({ push }) => push.sentBytes),
  gauge("unpacked_bytes", "Size of the snapshot, unpacked", ({ unpackedBytes }) => unpackedBytes),
  gauge(
    "last_push_timestamp_seconds",
    "When the last push was taken",
    ({ ageMs }, epochMs) => (epochMs - ageMs) / 1000,
  ),
  gauge("ttl_seconds", "Time to live of the last push", ({ push }) => push.ttlMs / 1000),
  gauge(
    "interval_seconds",
    "Time to the next push, as the sender says",
    ({ push }) => inSeconds(push.intervalMs),
  ),
  gauge(
    "since_scrape_seconds",
    "Time since the last scrape",
    ({ sinceScrapeMs }) => inSeconds(sinceScrapeMs),
  ),
  gauge(
    "scrape_interval_seconds",
    "Time between the last two scrapes",
    ({ scrapeIntervalMs }) => inSeconds(scrapeIntervalMs),
  ),
  gauge(
    "clock_offset_seconds",
    "How far the sender's clock is before the receiver's, the way of the push included",
    ({ push }) => inSeconds(push.clockAheadMs),
  ),
];

/** What they are called. */
export const TARGET_METRICS: readonly string[] = FAMILIES.map(fullName);

/** All families, piece by piece. `epochMs` is now, in milliseconds since 1970. */
export function* targetMetrics(
  statuses: readonly TargetStatus[],
  epochMs: number,
): Generator<string> {
  const named = statuses.map((status) => ({ status, labels: targetLabels(status) }));
  for (const family of FAMILIES) {
    const name = fullName(family);
    yield `# HELP ${name} ${family.help}\n# TYPE ${name} ${family.type}\n`;
    for (const { status, labels } of named) {
      let lines = "";
      const say: Say = (value, more = "") =>
        void (lines += `${name}{${labels}${more}} ${round(value)}\n`);
      family.samples(status, say, epochMs);
      yield lines;
    }
  }
}

function gauge(
  name: string,
  help: string,
  value: (status: TargetStatus, epochMs: number) => number | undefined,
): Family {
  return {
    name,
    type: "gauge",
    help,
    samples: (status, say, epochMs) => {
      const found = value(status, epochMs);
      if (found !== undefined) say(found);
    },
  };
}

function fullName({ name }: Family): string {
  return `prompipe_receiver_target_${name}`;
}

function targetLabels({ target }: TargetStatus): string {
  return `target_job="${escape(target.job)}",target_instance="${escape(target.instance)}"`;
}

/** As the text format has it. */
function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** What is finer than a millisecond is noise, and long. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
