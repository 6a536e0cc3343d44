// The list of targets: what was searched for, sorted, by the page.

import { html } from "hono/html";
import type { TargetJson } from "../target_json.ts";
import type { Html, PageContent } from "./content.ts";
import { address, type Choice, count, DEFAULT_SORT, describe, spark } from "./view.js";

/** Rows of one page; a script shows all of them on one. */
export const PAGE_ROWS = 100;

const COLUMNS = [
  ["state", "State"],
  ["target", "Target"],
  ["age", "Age"],
  ["size", "Size"],
  ["", "Last hour"],
  ["sender", "Sender"],
  ["scraped", "Scraped"],
] as const;

/** The form, the table and its pages. */
export function targetList(content: PageContent): Html {
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

/** A row that the script fills copies of. */
export function blankRow(): Html {
  return row(BLANK);
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
