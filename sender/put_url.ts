// The two notations of one receiver: http(s) for a PUT each time, ws(s) for a stream.

/** Whether a destination wants a stream. */
export function isStreamUrl({ protocol }: URL): boolean {
  return protocol === "ws:" || protocol === "wss:";
}

/** Where to PUT what a destination takes, however it is written. */
export function putUrl(url: URL): URL {
  if (!isStreamUrl(url)) return url;
  const put = new URL(url);
  put.protocol = url.protocol === "wss:" ? "https:" : "http:";
  return put;
}
