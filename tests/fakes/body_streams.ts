// Bodies of requests that do not end well.

/** A body that sends some bytes, then breaks off as the runtime reports it. */
export function brokenBody(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.slice());
    },
    pull(controller) {
      controller.error(new Error("request body was cut"));
    },
  }, { highWaterMark: 0 });
}

/** A body that sends some bytes and then nothing, until it is ended. */
export interface HangingBody {
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves once the bytes are read and more is asked for. */
  readonly read: Promise<void>;
  /** Resolves once nobody reads on. */
  readonly cancelled: Promise<void>;
  /** Lets the body be whole. */
  end(): void;
}

/** Makes a {@linkcode HangingBody}. */
export function hangingBody(bytes: Uint8Array): HangingBody {
  const read = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  let sent = false;
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => controller.close();
    },
    pull(controller) {
      if (!sent) {
        sent = true;
        return controller.enqueue(bytes.slice());
      }
      read.resolve();
      return cancelled.promise;
    },
    cancel: () => cancelled.resolve(),
  }, { highWaterMark: 0 });
  return { body, read: read.promise, cancelled: cancelled.promise, end: () => end() };
}
