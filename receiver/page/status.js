// Makes the page live: all targets on one page, searched and sorted as one types, asked
// for anew every few seconds. Writes text, never HTML.

import { address, bytes, choose, count, DEFAULT_SORT, describe, duration, spark } from "./view.js";

/** @typedef {import("../target_json.ts").TargetJson} Target */
/** @typedef {import("../targets_api.ts").ReceiverJson} Receiver */

const POLL_MS = 5_000;
const HISTORY_EVERY_MS = 60_000;
/** Rows beyond what is seen, so that scrolling shows no gaps. */
const SPARE_ROWS = 12;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const table = document.querySelector("table");
const body = table?.tBodies[0];
const search = /** @type {HTMLInputElement | null} */ (document.getElementById("q"));
const template = /** @type {HTMLTemplateElement} */ (document.getElementById("row"));

const query = new URLSearchParams(location.search);
const choice = {
  state: query.get("state") ?? "",
  q: query.get("q") ?? "",
  sort: query.get("sort") ?? DEFAULT_SORT,
};
/** @type {Target[]} */
let targets = [];
/** @type {Target[]} */
let chosen = [];
/** @type {Map<string, NonNullable<Target["history"]>>} */
let histories = new Map();
let answeredAtMs = 0;
let historyAtMs = -Infinity;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

const above = spacer();
const below = spacer();
/** @type {ReturnType<typeof newRow>[]} */
const pool = [];

function spacer() {
  const row = document.createElement("tr");
  row.className = "space";
  row.setAttribute("aria-hidden", "true");
  return row;
}

function newRow() {
  const fragment = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const row = /** @type {HTMLTableRowElement} */ (fragment.querySelector("tr"));
  /** @type {Map<string, Element>} */
  const fields = new Map();
  for (const element of row.querySelectorAll("[data-f]")) {
    fields.set(element.getAttribute("data-f") ?? "", element);
  }
  const paths = [...row.querySelectorAll("path")];
  return { row, fields, paths };
}

/** @param {Target} target */
const keyOf = ({ job, instance }) => `${job}\n${instance}`;

/**
 * @param {ReturnType<typeof newRow>} shown
 * @param {Target} target
 */
function fill({ row, fields, paths }, target) {
  const said = describe(target, (performance.now() - answeredAtMs) / 1000);
  if (row.className !== target.state) row.className = target.state;
  row.dataset.cause = said.cause;
  for (const [name, text] of Object.entries(said)) {
    const element = fields.get(name);
    if (element === undefined || element.textContent === text) continue;
    element.textContent = text;
    if (element.hasAttribute("title")) element.setAttribute("title", text);
  }
  const { age_seconds = [], sent_bytes = [] } = histories.get(keyOf(target)) ?? {};
  const age = spark(age_seconds, target.ttl_seconds);
  const size = spark(sent_bytes, 0);
  for (const [index, d] of [age.mark, age.line, size.line].entries()) {
    if (paths[index]?.getAttribute("d") !== d) paths[index]?.setAttribute("d", d);
  }
}

/** Shows the rows in sight, between two spacers for the others. */
function render() {
  if (!body || answeredAtMs === 0) return;
  const rowPx = parseFloat(getComputedStyle(body).getPropertyValue("--row"));
  const top = body.getBoundingClientRect().top;
  const first = clamp(Math.floor(-top / rowPx) - SPARE_ROWS);
  const last = clamp(Math.ceil((innerHeight - top) / rowPx) + SPARE_ROWS);
  while (pool.length < last - first) pool.push(newRow());
  const rows = pool.slice(0, last - first);
  for (const [index, shown] of rows.entries()) {
    fill(shown, /** @type {Target} */ (chosen[first + index]));
    shown.row.setAttribute("aria-rowindex", String(first + index + 2));
  }
  above.style.height = `${first * rowPx}px`;
  below.style.height = `${(chosen.length - last) * rowPx}px`;
  if (body.childElementCount !== rows.length + 2 || body.firstChild !== above) {
    body.replaceChildren(above, ...rows.map(({ row }) => row), below);
  }
}

/** @param {number} index */
function clamp(index) {
  return Math.min(Math.max(0, index), chosen.length);
}

/** Applies what was chosen to what is known. */
function update() {
  chosen = choose(targets, choice);
  table?.setAttribute("aria-rowcount", String(chosen.length + 1));
  setText(byId("shown"), chosen.length === 1 ? "1 target" : `${count(chosen.length)} targets`);
  byId("none").hidden = chosen.length > 0;
  for (const link of document.querySelectorAll("[data-state]")) {
    const state = link.getAttribute("data-state") ?? "";
    link.setAttribute("href", address({ ...choice, state }));
    if (state === choice.state) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const link of document.querySelectorAll("[data-sort]")) {
    const sort = link.getAttribute("data-sort") ?? "";
    link.setAttribute(
      "href",
      address({ ...choice, sort: choice.sort === sort ? `-${sort}` : sort }),
    );
    const heading = link.closest("th");
    if (choice.sort === sort) heading?.setAttribute("aria-sort", "ascending");
    else if (choice.sort === `-${sort}`) heading?.setAttribute("aria-sort", "descending");
    else heading?.removeAttribute("aria-sort");
  }
  render();
}

/** @param {Partial<typeof choice>} changes */
function change(changes) {
  Object.assign(choice, changes);
  if (search && search.value !== choice.q) search.value = choice.q;
  history.replaceState(null, "", address(choice));
  update();
}

/**
 * @param {Element | null} element
 * @param {string} text
 */
function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Receiver} receiver */
function showReceiver(receiver) {
  const { up, source_failed, silent } = receiver.targets;
  const numbers = { "": up + source_failed + silent, up, source_failed, silent };
  for (const [state, number] of Object.entries(numbers)) {
    setText(document.querySelector(`[data-n="${state}"]`), count(number));
  }
  const running = receiver.now_timestamp_seconds - receiver.start_timestamp_seconds;
  const health = {
    version: receiver.version,
    uptime: duration(running),
    snapshots: bytes(receiver.snapshot_bytes),
    memory: bytes(receiver.resident_memory_bytes),
  };
  for (const [name, text] of Object.entries(health)) {
    setText(document.querySelector(`[data-h="${name}"]`), text);
  }
  const trouble = source_failed + silent;
  document.title = trouble > 0 ? `(${count(trouble)} down) prompipe receiver` : "prompipe receiver";
}

async function poll() {
  clearTimeout(timer);
  const startedMs = performance.now();
  const withHistory = answeredAtMs > 0 && startedMs - historyAtMs > HISTORY_EVERY_MS;
  try {
    const answer = await fetch(`/api/v1/targets?history=${withHistory ? "yes" : "no"}`, {
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const json = await answer.json();
    if ((json.targets.length === 0) !== (body === undefined)) location.reload();
    targets = json.targets;
    if (withHistory) {
      histories = new Map(targets.map((target) => [keyOf(target), target.history ?? NO_HISTORY]));
      historyAtMs = startedMs;
    }
    answeredAtMs = performance.now();
    showReceiver(json.receiver);
    if (body) update();
    showLive("");
  } catch {
    showLive(`no answer since ${new Date().toLocaleTimeString()}`);
  }
  const tookMs = performance.now() - startedMs;
  const isFirst = historyAtMs === -Infinity && answeredAtMs > 0;
  if (!document.hidden) timer = setTimeout(poll, isFirst ? 100 : Math.max(POLL_MS, 10 * tookMs));
}

const NO_HISTORY = { age_seconds: [], sent_bytes: [] };

/** @param {string} trouble */
function showLive(trouble) {
  const root = document.documentElement.classList;
  if (!root.contains("is-live") && answeredAtMs > 0) performance.mark("live");
  if (trouble !== "" && root.contains("is-lost")) return;
  root.toggle("is-lost", trouble !== "");
  root.toggle("is-live", answeredAtMs > 0);
  setText(byId("live"), trouble === "" ? "live" : trouble);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  const link = event.target.closest("a[data-state], a[data-sort], a#clear");
  if (link === null || answeredAtMs === 0 || !body) return;
  event.preventDefault();
  const sort = link.getAttribute("data-sort");
  if (link.id === "clear") change({ q: "", state: "" });
  else if (sort !== null) change({ sort: choice.sort === sort ? `-${sort}` : sort });
  else change({ state: link.getAttribute("data-state") ?? "" });
});
search?.form?.addEventListener("submit", (event) => {
  if (answeredAtMs > 0) event.preventDefault();
});
search?.addEventListener("input", () => change({ q: search.value }));
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search?.focus();
    search?.select();
  } else if (event.key === "Escape" && event.target === search) {
    change({ q: "" });
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) poll();
});
addEventListener("scroll", () => requestAnimationFrame(render), { passive: true });
addEventListener("resize", () => requestAnimationFrame(render));
setInterval(() => {
  if (!document.hidden) render();
}, 1_000);

const copy = /** @type {HTMLButtonElement} */ (byId("copy"));
copy.hidden = false;
copy.addEventListener("click", async () => {
  const text = byId("yml");
  try {
    await navigator.clipboard.writeText(text.textContent ?? "");
    copy.textContent = "Copied";
  } catch {
    // Browsers give the clipboard to https alone.
    getSelection()?.selectAllChildren(text);
    copy.textContent = "Selected: press Ctrl+C";
  }
});

poll();
