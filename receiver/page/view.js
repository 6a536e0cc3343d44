// @ts-check
// What the page says of a target, in words, and which targets it shows: the same for the
// server's HTML and for the browser, which loads this very file.

/** @typedef {import("../target_json.ts").TargetJson} Target */
/** @typedef {{ state: string, q: string, sort: string }} Choice What an operator chose to see. */

/** How bad a state is comes first. A mark and a word, so that no colour has to be seen. */
export const STATES = /** @type {const} */ ({
  silent: { word: "Silent", mark: "■" },
  source_failed: { word: "Source failed", mark: "▲" },
  up: { word: "Up", mark: "●" },
});

const RANK = Object.keys(STATES);

/**
 * Every text of a target's row, by field.
 * @param {Target} target
 * @param {number} elapsedS since the receiver said so
 */
export function describe(target, elapsedS) {
  const { sender, clock_offset_seconds: offset, last_scrape_timestamp_seconds: scrape } = target;
  const sincePush = target.age_seconds + elapsedS;
  const receiverNow = target.last_push_timestamp_seconds + sincePush;
  const ahead = offset !== null && offset > 0 ? "ahead" : "behind";
  return {
    mark: STATES[target.state].mark,
    state: STATES[target.state].word,
    cause: target.cause ?? "",
    job: visible(target.job),
    instance: visible(target.instance),
    note: visible([target.reason, labelText(target)].filter(Boolean).join(" · ")),
    age: duration(sincePush),
    pace: pace(target),
    size: bytes(target.sent_bytes),
    unpacked: unpacked(target),
    way: WAYS[target.arrival],
    token: visible(sender.token),
    from: visible([sender.address, sender.user_agent].filter(Boolean).join(" · ")),
    clock: target.clock_off ? `clock ${duration(Math.abs(offset ?? 0))} ${ahead}` : "",
    scraped: scrape === null ? "never" : `${duration(receiverNow - scrape)} ago`,
    scrapes: target.scrape_interval_seconds === null
      ? ""
      : `every ${duration(target.scrape_interval_seconds)}`,
  };
}

const WAYS = { put: "PUT", stream: "stream", on_demand: "on demand" };

/** How long it may be served, and how often it comes. @param {Target} target */
function pace({ arrival, ttl_seconds, interval_seconds }) {
  return arrival === "on_demand" ? "" : `of ${duration(ttl_seconds)}${every(interval_seconds)}`;
}

/** @param {Target} target */
function unpacked({ sent_bytes, unpacked_bytes }) {
  if (unpacked_bytes === null) return "no snapshot";
  return unpacked_bytes === sent_bytes ? "" : `${bytes(unpacked_bytes)} raw`;
}

/** @param {number | null} seconds */
function every(seconds) {
  return seconds === null ? "" : ` · every ${duration(seconds)}`;
}

/** @param {Target} target */
function labelText({ labels }) {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(" ");
}

/**
 * Text in which nothing is hidden and nothing turns the text around: `\u{202E}` stands
 * for itself. What joins letters and emoji stays.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(
    /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`,
  );
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds > 0 && seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))}ms`;
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count !== 0);
  if (first === -1) return "0s";
  return parts.slice(first, first + 2).filter(([count]) => count !== 0)
    .map((part) => part.join("")).join(" ");
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1024) return `${count} B`;
  const power = Math.min(4, Math.floor(Math.log2(count) / 10));
  const scaled = count / 1024 ** power;
  return `${scaled.toFixed(scaled < 10 ? 1 : 0)} ${["", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

/** @param {number} number */
export function count(number) {
  return number.toLocaleString("en");
}

/**
 * Paths of a chart, 60 wide and 16 high: the values' line, and a line at `mark`.
 * @param {readonly (number | null)[]} values
 * @param {number} mark 0 for none
 */
export function spark(values, mark) {
  const top = Math.max(mark, ...values.map((value) => value ?? 0)) || 1;
  /** @param {number} value */
  const y = (value) => (15.5 - 15 * value / top).toFixed(1);
  let line = "";
  let drawing = false;
  for (const [x, value] of values.entries()) {
    if (value !== null) {
      line += `${drawing ? "L" : "M"}${x + 0.5} ${y(value)}${drawing ? "" : "h.1"}`;
    }
    drawing = value !== null;
  }
  return { line, mark: mark > 0 ? `M0 ${y(mark)}H60` : "" };
}

/** @type {Record<string, (target: Target) => string | number>} */
const SORT_KEYS = {
  state: ({ state }) => RANK.indexOf(state),
  target: () => 0,
  age: ({ age_seconds }) => age_seconds,
  size: ({ sent_bytes }) => sent_bytes,
  sender: ({ sender }) => `${sender.token} ${sender.address}`,
  scraped: ({ last_scrape_timestamp_seconds: at }) => -(at ?? 0),
};

/**
 * The targets chosen, in the order chosen; they come by job and instance.
 * @param {readonly Target[]} targets
 * @param {Choice} choice
 */
export function choose(targets, { state, q, sort }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = targets.filter((target) =>
    (state === "" || target.state === state) &&
    (words.length === 0 || words.every((word) => haystack(target).includes(word)))
  );
  const down = sort.startsWith("-");
  const key = SORT_KEYS[down ? sort.slice(1) : sort];
  if (key === undefined) return chosen;
  const keyed = chosen.map((target, index) => ({ target, key: key(target), index }));
  keyed.sort((a, b) => {
    if (a.key === b.key) return a.index - b.index;
    return a.key < b.key ? -1 : 1;
  });
  if (down) keyed.reverse();
  return keyed.map(({ target }) => target);
}

/** @type {WeakMap<Target, string>} */
const haystacks = new WeakMap();

/** @param {Target} target */
function haystack(target) {
  let text = haystacks.get(target);
  if (text === undefined) {
    const { job, instance, arrival, cause, reason, sender } = target;
    const { token, address, user_agent } = sender;
    text = [
      `${job}/${instance}`,
      labelText(target),
      arrival,
      cause,
      reason,
      token,
      address,
      user_agent,
    ]
      .join("\n").toLowerCase();
    haystacks.set(target, text);
  }
  return text;
}

/**
 * The address of the page with a choice.
 * @param {Choice} choice
 */
export function address({ state, q, sort }) {
  const query = new URLSearchParams();
  if (state !== "") query.set("state", state);
  if (q !== "") query.set("q", q);
  if (sort !== DEFAULT_SORT) query.set("sort", sort);
  return query.size === 0 ? "/" : `/?${query}`;
}

/** The worst first. */
export const DEFAULT_SORT = "state";
