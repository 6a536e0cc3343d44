// What a reader of an exposition finds, one entry after the other.

/** Which releases of Prometheus refuse a scrape. With `none` it is only something to know. */
export type RefusedBy = "all" | "before 3.0" | "from 3.0" | "none";

/** A piece of the body, as offsets. */
export interface Span {
  start: number;
  end: number;
}

/** A label as it stands in the body: offsets of name and value, without their quotes. */
export interface LabelSpan {
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A sample. `timestamp` is empty where there is none. */
export interface Sample {
  readonly kind: "sample";
  readonly name: Span;
  readonly labels: LabelSpan[];
  readonly timestamp: Span;
}

/** A line of HELP, TYPE or UNIT. */
export interface Metadata {
  readonly kind: "metadata";
  readonly keyword: "HELP" | "TYPE" | "UNIT";
  readonly name: Span;
  readonly text: Span;
}

/** A break of the rules. The reader goes on where it is not refused by all. */
export interface Objection {
  readonly refusedBy: RefusedBy;
  /** What is wrong, as the start of a sentence. */
  readonly message: string;
}

/** What the next entry is; `undefined` where something was refused by all. */
export type Entry =
  | Sample
  | Metadata
  | { readonly kind: "comment" }
  | { readonly kind: "end" }
  | undefined;

/** Reads one entry after the other; each call takes the place of what the last one gave. */
export interface EntryReader {
  /** Where the next entry starts. May be set, to go on behind a fault. */
  at: number;
  /** Where the entry that `next` gave last starts, blank lines passed over. */
  readonly start: number;
  /** What was wrong with the entry that `next` gave last. */
  readonly objections: Objection[];
  next(): Entry;
}
