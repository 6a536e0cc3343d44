import { assertEquals, assertRejects } from "@std/assert";
import { errorCode, errorText } from "../../sender/error_text.ts";

function withCode(code: string, message = "connect"): Error {
  return Object.assign(new Error(message), { code });
}

function failedFetch(cause: unknown): TypeError {
  return new TypeError("fetch failed", { cause });
}

Deno.test("errorText() uses the words that people know an error by", () => {
  const table: [unknown, string][] = [
    [withCode("ECONNREFUSED"), "connection refused"],
    [withCode("ECONNRESET"), "connection reset"],
    [withCode("EPIPE"), "connection closed"],
    [withCode("ENOTFOUND"), "no such host"],
    [withCode("EAI_AGAIN"), "name lookup failed for now"],
    [withCode("ETIMEDOUT"), "connection timed out"],
    [withCode("EHOSTUNREACH"), "no route to host"],
    [withCode("ENETUNREACH"), "network unreachable"],
    [withCode("EMFILE", "connect EMFILE 192.0.2.1:9100"), "too many open files"],
    [new AggregateError([withCode("ECONNREFUSED"), withCode("EPIPE")]), "connection refused"],
    [failedFetch(withCode("ECONNRESET")), "connection reset"],
    [failedFetch(failedFetch(withCode("ENOTFOUND"))), "no such host"],
    [failedFetch(new Error("client error (Connect): tcp connect error: Broken")), "broken"],
    [
      new Error("tcp connect error: Connection refused (os error 111)"),
      "connection refused",
    ],
    [
      failedFetch(new Error("received corrupt message of type InvalidContentType")),
      "what answers speaks no TLS",
    ],
    [new Error("invalid HTTP version parsed"), "what answers speaks no HTTP"],
    [new Error("Plain words"), "plain words"],
    ["thrown text", "thrown text"],
    [undefined, "undefined"],
  ];
  for (const [error, text] of table) assertEquals(errorText(error), text);
});

Deno.test("errorText() gives text for a code that every object has as a key", () => {
  assertEquals(errorText(withCode("constructor", "Odd code")), "odd code");
});

Deno.test("errorText() makes words of what the TLS library calls a bad certificate", () => {
  const table: [string, string][] = [
    ["invalid peer certificate: UnknownIssuer", "unknown issuer"],
    ["invalid peer certificate: NotValidForName", "not valid for name"],
    ["invalid peer certificate: Other(OtherError(UnknownIssuer))", "unknown issuer"],
    ["invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", "an authority's own"],
  ];
  for (const [message, words] of table) {
    const text = errorText(failedFetch(new Error(`client error (Connect): ${message}`)));
    assertEquals(text.includes(words), true, text);
  }
});

Deno.test("errorText() says what a real fetch only hints at", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const error = await assertRejects(() => fetch(`http://127.0.0.1:${port}/`));
  assertEquals(errorText(error), "connection refused");
});

Deno.test("errorCode() finds the code of an error or of what caused it", () => {
  const table: [unknown, string | undefined][] = [
    [withCode("EPIPE"), "EPIPE"],
    [failedFetch(withCode("EPIPE")), "EPIPE"],
    [new AggregateError([failedFetch(withCode("EPIPE"))]), "EPIPE"],
    [new AggregateError([]), undefined],
    [Object.assign(new Error("number"), { code: 7 }), undefined],
    [new Error("none"), undefined],
    ["EPIPE", undefined],
  ];
  for (const [error, code] of table) assertEquals(errorCode(error), code);
});
