// The status page as HTML, whole and readable without any script. Everything that goes
// into a template is escaped by it.

import { html } from "hono/html";
import type { ReceiverJson } from "../targets_api.ts";
import type { TargetJson } from "../target_json.ts";
import {
  address,
  bytes,
  type Choice,
  count,
  DEFAULT_SORT,
  describe,
  duration,
  spark,
  STATES,
} from "./view.js";

/** Rows of one page; a script shows all of them on one. */
export const PAGE_ROWS = 100;

type Html = ReturnType<typeof html>;

/** What the page shows. */
export interface PageContent {
  readonly receiver: ReceiverJson;
  readonly choice: Choice;
  /** How many targets were chosen. */
  readonly total: number;
  /** How many of them come before the first row. */
  readonly from: number;
  readonly rows: readonly TargetJson[];
  /** Where Prometheus finds the scrape listener. */
  readonly address: string;
  /** Where senders find the push listener. */
  readonly pushAddress: string;
}

const COLUMNS = [
  ["state", "State"],
  ["target", "Target"],
  ["age", "Age"],
  ["size", "Size"],
  ["", "Last hour"],
  ["sender", "Sender"],
  ["scraped", "Scraped"],
] as const;

/** The whole page. */
export function pageHtml(content: PageContent): string {
  const { receiver, choice } = content;
  const known = receiver.targets.up + receiver.targets.source_failed + receiver.targets.silent;
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>prompipe receiver</title>
        <link rel="icon" href="/page/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/page/status.css">
        <link rel="modulepreload" href="/page/view.js">
        <script type="module" src="/page/status.js"></script>
        <noscript><meta http-equiv="refresh" content="30"></noscript>
      </head>
      <body>
        <header class="top">
          <h1>prompipe <span class="muted">receiver</span></h1>
          <p class="health" id="health">${health(receiver)}</p>
          <p class="live" id="live" role="status">as of the last load</p>
        </header>
        <main>
    ${summary(receiver, choice)}
    ${known === 0 ? firstSteps(content) : ""}
    ${prometheusYml(content.address)}
    ${known === 0 ? "" : list(content)}
        </main>
        <template id="row">${row(BLANK)}</template>
      </body>
    </html>
  `.toString();
}

/** One line about the receiver itself. */
function health(receiver: ReceiverJson): Html {
  const { version, now_timestamp_seconds: now, start_timestamp_seconds: start } = receiver;
  const { snapshot_bytes, max_memory_bytes, resident_memory_bytes } = receiver;
  return html`<span>version <b data-h="version">${version}</b></span>
<span>running for <b data-h="uptime">${duration(now - start)}</b></span>
<span>snapshots <b data-h="snapshots">${bytes(snapshot_bytes)}</b> of ${
    bytes(max_memory_bytes)
  }</span>
<span>memory <b data-h="memory">${bytes(resident_memory_bytes)}</b></span>`;
}

/** Numbers by state, each of which is a filter. */
function summary({ targets }: ReceiverJson, choice: Choice): Html {
  const all = targets.up + targets.source_failed + targets.silent;
  const part = (state: string, word: string, mark: string, number: number) =>
    html`
      <a class="part ${state}" data-state="${state}" href="${address({ ...choice, state })}"
        ${choice.state === state
          ? html`aria-current="true"`
          : ""}><span class="number" data-n="${state}">${count(
            number,
          )}</span><span class="word">${mark === "" ? "" : html`
          <span class="mark" aria-hidden="true">${mark}</span>
        `}${word}</span></a>
    `;
  return html`<nav class="summary" aria-label="Targets by state">
${part("", "Targets", "", all)}
${
    (["up", "source_failed", "silent"] as const).map((state) =>
      part(state, STATES[state].word, STATES[state].mark, targets[state])
    )
  }
</nav>`;
}

function list(content: PageContent): Html {
  const { choice, total, rows } = content;
  return html`
    <form class="search" role="search" action="/" method="get">
    <label for="q">Search</label>
    <input id="q" name="q" type="search" value="${choice.q}" autocomplete="off" spellcheck="false"
    placeholder="job, instance, label, cause, sender">
    ${choice.state === "" ? "" : html`<input type="hidden" name="state" value="${choice.state}">`}
    ${choice.sort === DEFAULT_SORT
      ? ""
      : html`<input type="hidden" name="sort" value="${choice.sort}">`}
    <button>Search</button>
    <span class="shown" id="shown" role="status">${shown(total)}</span>
    </form>
    <table id="targets" aria-rowcount="${total + 1}">
      <thead>
        <tr>${COLUMNS.map(([key, word]) => heading(key, word, choice))}</tr>
      </thead>
      <tbody>${rows.map((target) => row(target))}</tbody>
    </table>
    <p class="none" id="none" ${total === 0 ? "" : html`hidden`}>No target matches. <a
    href="/" id="clear">Show all</a></p>
    ${pages(content)}
  `;
}

function shown(number: number): string {
  return number === 1 ? "1 target" : `${count(number)} targets`;
}

function heading(key: string, word: string, choice: Choice): Html {
  if (key === "") return html`<th scope="col" class="c-hour">${word}</th>`;
  const sorted = choice.sort === key ? "ascending" : "descending";
  const sort = choice.sort === key ? `-${key}` : key;
  const isSorted = choice.sort === key || choice.sort === `-${key}`;
  return html`
    <th scope="col" class="c-${key}"
      ${isSorted ? html`aria-sort="${sorted}"` : ""}><a data-sort="${key}" href="${address({
        ...choice,
        sort,
      })}">${word}</a></th>
  `;
}

/** A row. The script fills copies of a blank one: `data-f` names a field of describe(). */
function row(target: TargetJson): Html {
  const said = describe(target, 0);
  const { age_seconds = [], sent_bytes = [] } = target.history ?? {};
  const age = spark(age_seconds, target.ttl_seconds);
  const size = spark(sent_bytes, 0);
  type Field = keyof typeof said;
  const ours = (name: Field, style = "") =>
    html`<span class="${style}" data-f="${name}">${said[name]}</span>`;
  // What a sender chose may read from right to left: that must not turn its surroundings.
  const theirs = (name: Field, style = "") =>
    html`<bdi class="${style}" data-f="${name}" title="${said[name]}">${said[name]}</bdi>`;
  return html`
    <tr class="${target.state}" data-cause="${said.cause}">
      <td class="c-state">
        <span class="pill">${ours("mark", "mark")} ${ours("state")}</span> ${ours(
          "cause",
          "sub cause",
        )}
      </td>
      <td class="c-target">
        <span class="name">${theirs("job", "job")}<span class="slash">/</span>${theirs(
          "instance",
        )}</span>
        ${theirs("note", "sub")}
      </td>
      <td class="c-age">${ours("age")} ${ours("pace", "sub")}</td>
      <td class="c-size">${ours("size")} ${ours("unpacked", "sub")}</td>
      <td class="c-hour">
        <svg viewBox="0 0 60 16" preserveAspectRatio="none" role="img"
          aria-label="Age of the data in the last hour">
          <path class="limit" d="${age.mark}" />
          <path class="line age" d="${age.line}" />
        </svg>
        <svg viewBox="0 0 60 16" preserveAspectRatio="none" role="img"
          aria-label="Size of the data in the last hour">
          <path class="line size" d="${size.line}" />
        </svg>
      </td>
      <td class="c-sender">
        ${theirs("token")} ${ours("clock", "chip")}
        <span class="sub">${ours("way")} · ${theirs("from")}</span>
      </td>
      <td class="c-scraped">${ours("scraped")} ${ours("scrapes", "sub")}</td>
    </tr>
  `;
}

function pages({ choice, total, from }: PageContent): Html | string {
  if (total <= PAGE_ROWS) return "";
  const at = (start: number) => {
    const base = address(choice);
    return `${base}${base === "/" ? "?" : "&"}from=${start}`;
  };
  const last = Math.min(from + PAGE_ROWS, total);
  return html`<nav class="pages" id="pages" aria-label="Pages">
${from > 0 ? html`<a href="${at(Math.max(0, from - PAGE_ROWS))}" rel="prev">Previous</a>` : ""}
<span>${count(from + 1)} to ${count(last)} of ${count(total)}</span>
${last < total ? html`<a href="${at(last)}" rel="next">Next</a>` : ""}
</nav>`;
}

function firstSteps({ pushAddress }: PageContent): Html {
  return html`
    <section class="first" id="first">
      <h2>No targets yet</h2>
      <p>A target appears here with its first push. On a machine that reaches your exporters:</p>
      <ol>
        <li><code>prompipe sender discover &gt; config.json</code> finds what runs there, or
    <code>prompipe sender exampleconfig &gt; config.json</code> shows what to write</li>
        <li>give it a token of this receiver, and destinations under
    <code>http://${pushAddress}/metrics/</code>, or what your ingress makes of that</li>
        <li><code>prompipe sender --config config.json</code></li>
      </ol>
      <p>What is wrong, if nothing comes: <code>prompipe sender check</code> there, and
    <a href="/metrics">refused requests by reason</a> here.</p>
    </section>
  `;
}

function prometheusYml(address: string): Html {
  return html`
    <details class="setup" id="setup">
      <summary>prometheus.yml</summary>
      <p>All that Prometheus needs to scrape every target, today's and tomorrow's:</p>
      <pre tabindex="0" id="yml">${yml(address)}</pre>
      <button type="button" id="copy" hidden>Copy</button>
    </details>
  `;
}

/** As examples/prometheus.yml has it. */
function yml(address: string): string {
  return `scrape_configs:
  - job_name: prompipe
    scrape_interval: 5s
    http_sd_configs:
      - url: http://${address}/sd
`;
}

const BLANK: TargetJson = {
  job: "",
  instance: "",
  labels: {},
  arrival: "put",
  state: "up",
  cause: null,
  reason: null,
  last_push_timestamp_seconds: 0,
  age_seconds: 0,
  ttl_seconds: 0,
  interval_seconds: null,
  sent_bytes: 0,
  unpacked_bytes: 0,
  sender: { token: "", address: "", user_agent: "" },
  clock_offset_seconds: null,
  clock_off: false,
  last_scrape_timestamp_seconds: null,
  scrape_interval_seconds: null,
  pushes: { stored: 0, source_failed: 0, outdated: 0, refused: 0 },
};
