// What a real Prometheus has of one job, compared with what it has of another.

import { assertEquals } from "@std/assert";
import type { Labels, Prometheus } from "./prometheus.ts";

/** What Prometheus adds to each scrape, in its own words. */
const OF_THE_SCRAPE = new Set([
  "up",
  "scrape_duration_seconds",
  "scrape_samples_scraped",
  "scrape_samples_post_metric_relabeling",
  "scrape_series_added",
]);

/** The current series of a job as sorted lines, without what differs by design. */
export async function seriesOf(prometheus: Prometheus, job: string): Promise<string[]> {
  return (await own(prometheus, job)).map(({ labels }) => line(labels)).sort();
}

/** The same with their values. */
export async function samplesOf(prometheus: Prometheus, job: string): Promise<string[]> {
  return (await own(prometheus, job)).map(({ labels, value }) => `${line(labels)} ${value}`).sort();
}

async function own(
  prometheus: Prometheus,
  job: string,
): Promise<{ readonly labels: Labels; readonly value: string }[]> {
  const found = await prometheus.query(`{job="${job}"}`);
  return found
    .filter(({ labels }) => !OF_THE_SCRAPE.has(labels.__name__!))
    .map(({ labels: { job: _job, instance: _instance, ...labels }, value }) => ({ labels, value }));
}

function line(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1));
}

/** The exemplars of a job as sorted lines. */
export async function exemplarsOf(prometheus: Prometheus, job: string): Promise<string[]> {
  const found = await prometheus.exemplars(`{job="${job}"}`);
  return found.map(({ labels, value }) => `${line(labels)} ${value}`).sort();
}

/** Fails, and says where, unless both hold the same. */
export function assertSame(piped: readonly string[], direct: readonly string[]): void {
  const inPiped = new Set(piped);
  const inDirect = new Set(direct);
  assertEquals(
    {
      onlyPiped: piped.filter((series) => !inDirect.has(series)),
      onlyDirect: direct.filter((series) => !inPiped.has(series)),
    },
    { onlyPiped: [], onlyDirect: [] },
  );
  assertEquals(piped.length, direct.length);
}
