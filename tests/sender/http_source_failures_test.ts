import { assert, assertEquals, assertRejects } from "@std/assert";
import { errorCode, errorText } from "../../sender/error_text.ts";
import { BodyTooLarge, createGet } from "../../sender/http_source.ts";
import { type RawConnection, RawServer } from "../fakes/raw_server.ts";
import { Uncaught } from "../fakes/uncaught.ts";

const NEVER = new AbortController().signal;
const HEAD = "HTTP/1.1 200 OK\r\n";

/** What a `Get` rejects with, when the server answers a request with these bytes and closes. */
async function rejection(
  answer: string | ((connection: RawConnection) => Promise<void>),
): Promise<unknown> {
  await using server = new RawServer(async (connection) => {
    await connection.request();
    await (typeof answer === "string" ? connection.send(answer) : answer(connection));
  });
  using get = createGet();
  return await assertRejects(() =>
    get(server.url, { headers: {}, signal: NEVER, maxBodyBytes: 1_000 })
  );
}

Deno.test("Get rejects where an answer is cut off anywhere", async () => {
  const length = "Content-Length: 5\r\n\r\n";
  const chunked = "Transfer-Encoding: chunked\r\n\r\n";
  const answers = [
    "",
    "HTTP/1.1 200",
    HEAD,
    `${HEAD}Content-Le`,
    HEAD + length,
    `${HEAD}${length}up`,
    `${HEAD}${length}up 1`,
    HEAD + chunked,
    `${HEAD}${chunked}5\r\nup`,
    `${HEAD}${chunked}5\r\nup 1\n`,
    `${HEAD}${chunked}5\r\nup 1\n\r\n`,
    `${HEAD}${chunked}5\r\nup 1\n\r\n0`,
  ];
  for (const answer of answers) {
    const error = await rejection(answer);
    assert(error instanceof Error, answer);
    assert(!(error instanceof BodyTooLarge), answer);
    assert(errorText(error) !== "", answer);
  }
});

Deno.test("Get rejects where the answer is no HTTP", async () => {
  for (const answer of ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "\0\0\0\0\r\n\r\n"]) {
    assert(await rejection(answer) instanceof Error, answer);
  }
});

Deno.test("Get rejects where the body is packed as nobody asked for", async () => {
  for (const coding of ["gzip, chunked", "gzip", "identity", "xchunked", "chunked, chunked"]) {
    const chunks = "4\r\nup 1\r\n0\r\n\r\n";
    const error = await rejection(`${HEAD}Transfer-Encoding: ${coding}\r\n\r\n${chunks}`);
    assert(error instanceof Error, coding);
  }
});

Deno.test("Get rejects where the answer is another protocol, or never one", async () => {
  const upgraded = "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  const error = await rejection(async (connection) => {
    await connection.send(upgraded);
    await connection.request(); // it is us who hang up
  });
  assertEquals(errorText(error), "answered 101, which was not asked for");
  for (const interim of ["100 Continue", "102 Processing", "103 Early Hints"]) {
    const error = await rejection(async (connection) => {
      for (;;) await connection.send(`HTTP/1.1 ${interim}\r\n\r\n`.repeat(100));
    });
    assertEquals(errorText(error), "answered 1xx over and over", interim);
  }
});

Deno.test("Get passes over a few interim answers", async () => {
  const hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  await using server = new RawServer(async (connection) => {
    await connection.request();
    await connection.send(`${hint.repeat(10)}${HEAD}Content-Length: 4\r\n\r\nup 1`);
  });
  using get = createGet();
  const { body } = await get(server.url, { headers: {}, signal: NEVER, maxBodyBytes: 50 });
  assertEquals(new TextDecoder().decode(body), "up 1");
});

Deno.test("Get rejects with the code of a connection that was refused", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  using get = createGet();
  const options = { headers: {}, signal: NEVER, maxBodyBytes: 1 };
  const url = new URL(`http://127.0.0.1:${port}/`);
  assertEquals(errorCode(await assertRejects(() => get(url, options))), "ECONNREFUSED");
});

Deno.test("Get rejects with BodyTooLarge while an endless body still comes", async () => {
  const error = await rejection(async (connection) => {
    await connection.send(`${HEAD}\r\n`);
    for (;;) await connection.send("x".repeat(10_000));
  });
  assert(error instanceof BodyTooLarge, String(error));
});

Deno.test("Get takes a body of exactly the limit", async () => {
  await using server = new RawServer(async (connection) => {
    await connection.request();
    await connection.send(`${HEAD}Content-Length: 50\r\n\r\n${"x".repeat(50)}`);
  });
  using get = createGet();
  const { body } = await get(server.url, { headers: {}, signal: NEVER, maxBodyBytes: 50 });
  assertEquals(body.length, 50);
});

Deno.test("Get rejects with BodyTooLarge, and nothing goes uncaught, for a body in one piece", async () => {
  const table = [
    `${HEAD}Content-Length: 51\r\n\r\n${"x".repeat(51)}`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n33\r\n${"x".repeat(51)}\r\n0\r\n\r\n`,
    `${HEAD}Connection: close\r\n\r\n${"x".repeat(51)}`,
    `${HEAD}Content-Length: 5000\r\n\r\n${"x".repeat(5000)}`,
  ];
  for (const staysOpen of [false, true]) {
    for (const answer of table) {
      using uncaught = new Uncaught();
      await using server = new RawServer(async (connection) => {
        await connection.request();
        await connection.send(answer);
        if (staysOpen && !answer.includes("close")) await connection.request();
      });
      using get = createGet();
      const options = { headers: {}, signal: NEVER, maxBodyBytes: 50 };
      const outcome = await get(server.url, options).catch((error) => error);
      assertEquals(
        [outcome instanceof BodyTooLarge, uncaught.errors],
        [true, []],
        answer.slice(0, 60),
      );
    }
  }
});
