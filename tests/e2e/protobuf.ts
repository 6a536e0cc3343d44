// An exporter's answer in protobuf, with a native histogram: `io.prometheus.client.MetricFamily`
// of https://github.com/prometheus/client_model, delimited, by hand.

export const PROTOBUF_TYPE =
  "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

const UTF8 = new TextEncoder();
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const GAUGE = 1;
const HISTOGRAM = 4;

/** What a native histogram has counted. */
export interface NativeHistogram {
  /** Of a bucket each, from 1 on, at schema 0: (0.5, 1], (1, 2], (2, 4] and so on. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** A histogram of no classic bucket, and a gauge. */
export function protobufAnswer(
  { counts, sum }: NativeHistogram,
  gauge: number,
): Uint8Array<ArrayBuffer> {
  const deltas = counts.map((count, at) => count - (counts[at - 1] ?? 0));
  const histogram = [
    ...number(1, counts.reduce((all, count) => all + count, 0)),
    ...double(2, sum),
    ...number(5, zigzag(0)), // the schema
    ...double(6, 2 ** -128), // the width of the zero bucket
    ...number(7, 0), // what is in it
    ...bytes(12, [...number(1, zigzag(0)), ...number(2, counts.length)]),
    ...deltas.flatMap((delta) => number(13, zigzag(delta))),
  ];
  return new Uint8Array([
    ...family("rpc_seconds", HISTOGRAM, bytes(7, histogram)),
    ...family("answer_number", GAUGE, bytes(2, double(1, gauge))),
  ]);
}

function family(name: string, type: number, value: readonly number[]): number[] {
  const label = [...text(1, "site"), ...text(2, "büro")];
  const metric = [...bytes(1, label), ...value];
  const all = [...text(1, name), ...text(2, "Told."), ...number(3, type), ...bytes(4, metric)];
  return [...varint(all.length), ...all];
}

function text(field: number, value: string): number[] {
  return bytes(field, [...UTF8.encode(value)]);
}

function bytes(field: number, value: readonly number[]): number[] {
  return [...varint(field << 3 | DELIMITED), ...varint(value.length), ...value];
}

function number(field: number, value: number): number[] {
  return [...varint(field << 3 | VARINT), ...varint(value)];
}

function double(field: number, value: number): number[] {
  return [
    ...varint(field << 3 | FIXED64),
    ...new Uint8Array(new Float64Array([value]).buffer),
  ];
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 | 128, ...varint(Math.floor(value / 128))];
}
