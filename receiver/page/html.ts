// The status page as HTML, whole and readable without any script. Everything that goes
// into a template is escaped by it.

import { html } from "hono/html";
import type { ReceiverJson } from "../targets_api.ts";
import type { Html, PageContent } from "./content.ts";
import { firstSteps, prometheusYml } from "./setup.ts";
import { blankRow, targetList } from "./target_list.ts";
import { address, bytes, type Choice, count, duration, STATES } from "./view.js";

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
    ${known === 0 ? "" : targetList(content)}
        </main>
        <template id="row">${blankRow()}</template>
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
