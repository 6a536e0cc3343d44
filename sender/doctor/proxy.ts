// Which proxy of the environment a destination is reached through, as the runtime's fetch
// chooses it.

/** The proxy's host and port, without its credentials; `undefined`: none. */
export function proxyOf(url: URL, env: (name: string) => string | undefined): string | undefined {
  const read = (name: string) => env(name.toLowerCase()) || env(name);
  const proxy = (url.protocol === "https:" ? read("HTTPS_PROXY") : read("HTTP_PROXY")) ||
    read("ALL_PROXY");
  if (!proxy || isExcepted(url.hostname, read("NO_PROXY") ?? "")) return undefined;
  return URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`)?.host;
}

function isExcepted(host: string, list: string): boolean {
  return list.split(",").map((each) => each.trim().toLowerCase()).some((each) => {
    const domain = each.replace(/^\*?\./, "");
    return each === "*" || (domain !== "" && (host === domain || host.endsWith(`.${domain}`)));
  });
}
