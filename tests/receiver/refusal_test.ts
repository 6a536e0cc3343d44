import { assertEquals } from "@std/assert";
import {
  type RefusalReason,
  refusalResponse,
  refuse,
  textResponse,
} from "../../receiver/refusal.ts";

const STATUS: Readonly<Record<RefusalReason, number>> = {
  bad_name: 400,
  bad_header: 400,
  broken_body: 400,
  no_token: 401,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_slow: 408,
  conflict: 409,
  deleted: 410,
  no_base: 412,
  too_large: 413,
  unknown_encoding: 415,
  upgrade_required: 426,
  too_many_requests: 429,
  too_many_streams: 503,
  no_room: 507,
};

Deno.test("refusalResponse() has the status of the interface for each reason", async () => {
  for (const [reason, status] of Object.entries(STATUS)) {
    const refusal = refuse(reason as RefusalReason, "so");
    const response = refusalResponse(refusal, { "X-More": "1" });
    assertEquals([response.status, await response.text()], [status, "so\n"]);
    assertEquals(response.headers.get("X-More"), "1");
  }
});

Deno.test("textResponse() is text that no browser takes for anything else", () => {
  assertEquals(Object.fromEntries(textResponse(200, "<script>").headers), {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
});
