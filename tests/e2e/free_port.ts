// A port that was free a moment ago, for programs that can't pick one themselves or
// must come back on the same one.

export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
