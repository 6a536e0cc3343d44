// What the receiver's metrics tell of its streams.

import { Gauge, type Registry } from "prom-client";

/** What is read when somebody asks for metrics. */
export interface StreamGauges {
  readonly size: number;
  readonly memoryBytes: number;
}

/** Adds the metrics of these streams. */
export function watchStreams(registry: Registry, streams: StreamGauges): void {
  const registers = [registry];
  new Gauge({
    name: "prompipe_receiver_streams",
    help: "Streams that are open",
    registers,
    collect() {
      this.set(streams.size);
    },
  });
  new Gauge({
    name: "prompipe_receiver_stream_memory_bytes",
    help:
      "Bytes of the bodies that streams have begun, of their targets, and of the bases of deltas",
    registers,
    collect() {
      this.set(streams.memoryBytes);
    },
  });
}
