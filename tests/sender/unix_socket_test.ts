// Sources behind unix sockets.

import { assertEquals } from "@std/assert";
import { createGet } from "../../sender/http_source.ts";
import { scrape } from "../../sender/scrape.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { makeSource } from "../fakes/pair.ts";
import { testUnless } from "../parts.ts";

testUnless(
  Deno.build.os === "windows" && "it has no unix sockets for this",
  "scrape() asks at a unix socket, each pair at its own",
  async () => {
    await using dir = await TempDir.make();
    const asked: string[] = [];
    const serve = (name: string) =>
      Deno.serve({ transport: "unix", path: `${dir.path}/${name}`, onListen() {} }, (request) => {
        const { pathname, search } = new URL(request.url);
        asked.push(`${name} ${request.headers.get("host")} ${pathname}${search}`);
        if (pathname === "/old") {
          return new Response(null, { status: 302, headers: { Location: "/new" } });
        }
        return new Response("up 1\n");
      });
    await using _a = serve("a");
    await using _b = serve("b");
    using get = createGet();
    const ask = async (name: string, path: string) => {
      const source = makeSource(`http://localhost${path}`, { socketPath: `${dir.path}/${name}` });
      const target = { source, timeoutMs: 10_000, maxBodyBytes: 1_000 };
      const signal = AbortSignal.timeout(10_000);
      return await scrape(target, { get, userAgent: "test", signal });
    };
    for (const name of ["a", "b", "a"]) assertEquals((await ask(name, "/metrics?x=1")).ok, true);
    assertEquals((await ask("b", "/old")).ok, true);
    assertEquals(asked, [
      "a localhost /metrics?x=1",
      "b localhost /metrics?x=1",
      "a localhost /metrics?x=1",
      "b localhost /old",
      "b localhost /new",
    ]);
    assertEquals(await ask("none", "/metrics"), {
      ok: false,
      failure: { cause: "source_refused", detail: `no such socket (${dir.path}/none)` },
    });
  },
);
