import { assert, assertEquals, assertRejects } from "@std/assert";
import { runHealthcheck } from "../../cli/healthcheck_command.ts";
import { Fault } from "../../cli/terminal.ts";

async function faultOf(url: string): Promise<string> {
  const fault = await assertRejects(() => runHealthcheck(url));
  assert(fault instanceof Fault, String(fault));
  assertEquals(fault.exitCode, 1);
  return fault.message;
}

Deno.test("runHealthcheck() takes 200 for healthy, and nothing else", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const status = Number(new URL(request.url).pathname.slice(1));
    return new Response(status === 204 ? null : "text\n", { status });
  });
  const at = `http://127.0.0.1:${server.addr.port}`;
  assertEquals(await runHealthcheck(`${at}/200`), 0);
  for (const status of [204, 401, 404, 500, 503]) {
    const url = `${at}/${status}`;
    assertEquals(await faultOf(url), `Not healthy: "${url}" answered ${status}`);
  }
});

Deno.test("runHealthcheck() says why nobody answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/healthz`;
  listener.close();
  const message = await faultOf(url);
  assert(message.startsWith(`Not healthy: "${url}" doesn't answer: `), message);
  assert(/connection refused/i.test(message), message);
});
