import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { newToken } from "../e2e/prompipe.ts";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { leaveOut, testWithParts } from "../parts.ts";
import { insideRoot, makeBareRoot } from "./bare_root.ts";
import { realPortable } from "./portable_fixture.ts";

const NAME = "the whole pipe runs from the portable file where there is only busybox and libc";
const EXPOSED = 'thing{room="a"} 1\n';

if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
  leaveOut(NAME, "the file is for Linux on x64");
} else if (Deno.uid() !== 0) leaveOut(NAME, "a root folder of its own takes root");
else testWithParts(NAME, ["busybox"], ({ busybox }) => wholePipe(busybox.path));

async function wholePipe(busybox: string): Promise<void> {
  await using folder = await TempDir.make();
  await makeBareRoot(folder.path, busybox);
  const file = await realPortable(folder.path, "x64");
  await Deno.rename(file, join(folder.path, "prompipe"));
  await using exporter = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(EXPOSED, { headers: { "Content-Type": "text/plain; version=0.0.4" } }),
  );
  const token = newToken();
  const start = (args: readonly string[], env: Record<string, string> = {}) => {
    const [program, ...rest] = insideRoot(folder.path, ["/prompipe", ...args]);
    return new RunningProcess(program!, {
      args: rest,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/home/pi", ...env },
    });
  };

  const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
  await using receiver = start(["receiver", ...listen], { BEARER_TOKEN: token });
  const port = async (name: string) =>
    (await receiver.waitForOutput(new RegExp(`listening.*\\b${name}\\b.*127\\.0\\.0\\.1:(\\d+)`)))[
      1
    ];
  const path = "/metrics/job/instance";
  await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: token,
      pairs: [{
        source: `http://127.0.0.1:${exporter.addr.port}/metrics`,
        destination: `http://127.0.0.1:${await port("push")}${path}`,
        interval: "500ms",
      }],
    }),
  );
  await using sender = start(["sender", "--config", "/config.json"]);

  const scraped = `http://127.0.0.1:${await port("scrape")}${path}`;
  await waitFor(async () => {
    const response = await fetch(scraped);
    const text = await response.text();
    assert(response.status === 200, `${response.status} ${text} ${sender.output}`);
    assertEquals(text, EXPOSED);
  }, { timeoutMs: 20_000, what: "what the exporter said" });
  for (const running of [sender, receiver]) {
    assertEquals((await running.end("SIGTERM", { timeoutMs: 10_000 })).code, 0, running.output);
  }
}
