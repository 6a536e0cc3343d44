// Requests as the runtime hands them over: with the URL as it was sent, and with a
// body that is a stream of bytes. `new Request()` would resolve `..` and drop `#` before
// a handler could see them.

const ORIGIN = "http://receiver.example";

/** A request to `path`, which reaches the handler exactly as it stands here. */
export function rawRequest(path: string, init: RequestInit = {}): Request {
  const request = new Request(ORIGIN, init);
  const body = request.body && byteStream(request.body);
  return Object.defineProperties(request, {
    url: { value: ORIGIN + path },
    body: { value: body },
  });
}

function byteStream(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (value.byteLength > 0) return controller.enqueue(value.slice());
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
