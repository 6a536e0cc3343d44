// Which proxy of the environment a destination is reached through, as the runtime's fetch
// chooses it.

/** What tells of the environment. */
export type Env = (name: string) => string | undefined;

/** The proxy's host and port, without its credentials; `undefined`: none. */
export function proxyOf(url: URL, env: Env): string | undefined {
  return proxyUrl(url, env)?.host;
}

/** The proxy's URL, with its credentials; `undefined`: none. */
export function proxyUrl(url: URL, env: Env): URL | undefined {
  const read = (name: string) => env(name.toLowerCase()) || env(name);
  const proxy = (url.protocol === "https:" ? read("HTTPS_PROXY") : read("HTTP_PROXY")) ||
    read("ALL_PROXY");
  if (!proxy || isExcepted(url.hostname, read("NO_PROXY") ?? "")) return undefined;
  return URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`) ?? undefined;
}

function isExcepted(host: string, list: string): boolean {
  return list.split(",").map((each) => each.trim().toLowerCase()).some((each) => {
    const domain = each.replace(/^\*?\./, "");
    return each === "*" || (domain !== "" && (host === domain || host.endsWith(`.${domain}`)));
  });
}
