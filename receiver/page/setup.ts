// How to come to targets: the first steps, and what Prometheus needs.

import { html } from "hono/html";
import type { Html, PageContent } from "./content.ts";

/** Shown until there is a target. */
export function firstSteps({ pushAddress }: PageContent): Html {
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

/** What stands in prometheus.yml. */
export function prometheusYml(address: string): Html {
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
