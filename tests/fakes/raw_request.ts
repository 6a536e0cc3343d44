// Requests as the runtime hands them over: with the URL as it was sent. `new
// Request()` would resolve `..` and drop `#` before a handler could see them.

const ORIGIN = "http://receiver.example";

/** A request to `path`, which reaches the handler exactly as it stands here. */
export function rawRequest(path: string, init: RequestInit = {}): Request {
  return Object.defineProperty(new Request(ORIGIN, init), "url", { value: ORIGIN + path });
}
