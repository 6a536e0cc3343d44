// One body with what Prometheus 2.42 makes of it.

/** An answer of an exporter. */
export interface ExpositionCase {
  readonly name: string;
  /** `undefined` where none is sent. */
  readonly contentType: string | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The line that makes the scrape fail; `undefined` where it is taken. */
  readonly refusedAt: number | undefined;
}

export const TEXT = "text/plain; version=0.0.4; charset=utf-8";
export const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Bodies that are taken, or refused for a line of theirs, all of one type. */
export function cases(
  contentType: string | undefined,
  { taken = [], refused = [] }: {
    readonly taken?: readonly string[];
    readonly refused?: readonly (readonly [body: string, line: number])[];
  },
): ExpositionCase[] {
  return [
    ...taken.map((body) => make(contentType, body, undefined)),
    ...refused.map(([body, line]) => make(contentType, body, line)),
  ];
}

function make(
  contentType: string | undefined,
  text: string,
  refusedAt: number | undefined,
): ExpositionCase {
  const format = contentType?.split(";")[0] ?? "untyped";
  return {
    name: `${format} ${JSON.stringify(text.slice(0, 80))}`,
    contentType,
    body: toBytes(text),
    refusedAt,
  };
}

/** UTF-8, but that U+F700 to U+F7FF stand for a byte each. */
function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const pieces = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return code >= 0xf700 && code <= 0xf7ff
      ? Uint8Array.of(code & 0xff)
      : encoder.encode(character);
  });
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}
