// Bodies of requests that do not end well.

/** A body that sends some bytes, then breaks off as the runtime reports it. */
export function brokenBody(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
    },
    pull(controller) {
      controller.error(new Error("request body was cut"));
    },
  }, { highWaterMark: 0 });
}

/** A body that sends some bytes and then nothing; `cancelled` resolves once nobody reads on. */
export function hangingBody(
  bytes: Uint8Array,
): { readonly body: ReadableStream<Uint8Array>; readonly cancelled: Promise<void> } {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
    },
    cancel: () => resolve(),
  });
  return { body, cancelled };
}
