import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseTargetPath } from "../../protocol/mod.ts";
import { Wrong } from "../../sender/config_values.ts";
import { targetPair } from "../../sender/target_pairs.ts";

const TEMPLATE = "https://push.example/behind/metrics/{job}/{instance}";
/** What could leave its place in a URL. */
const VALUE = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."/?#%@\\:. {}&=+é😀", "..", "%2F", "{job}", "\n"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 20,
});

Deno.test("targetPair() means the target that its labels name, or says why there is none", () => {
  fc.assert(
    fc.property(VALUE, VALUE, VALUE, (job, instance, site) => {
      const group = { targets: [], labels: { job, instance, site } };
      const pair = targetPair("exporter:9100", group, { destination: [TEMPLATE] });
      if (pair instanceof Wrong) {
        assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(pair.reason), pair.reason);
        return;
      }
      const [{ url, target }] = pair.destinations;
      assertEquals(target, { job, instance });
      assertEquals(url.origin, "https://push.example");
      const path = url.pathname.replace(/^\/behind/, "");
      assertEquals(parseTargetPath(path), { kind: "target", target: { job, instance } });
      assertEquals(pair.labels, site === "" ? {} : { site });
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("targetPair() asks at the target's address, whatever its labels say", () => {
  fc.assert(fc.property(VALUE, VALUE, VALUE, (scheme, path, value) => {
    const labels = { __scheme__: scheme, __metrics_path__: path, __param_module: value, job: "a" };
    const group = { targets: [], labels };
    for (const __scheme__ of [scheme, "http", "https"]) {
      const pair = targetPair("exporter:9100", { ...group, labels: { ...labels, __scheme__ } }, {
        destination: [TEMPLATE],
      });
      if (pair instanceof Wrong) continue;
      assertEquals(pair.source.url.host, "exporter:9100");
      assertEquals(pair.params, { module: value });
    }
  }));
});
