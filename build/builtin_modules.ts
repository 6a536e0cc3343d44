// What a bundle does with the runtime's own modules, such as node:zlib. Each that is
// loaded costs memory for as long as the program runs, so that those which a library
// imports for a part of it that is not used here are left out (docs/footprint.md).

import { builtinModules as names } from "node:module";
import type { Plugin } from "esbuild";
import project from "../deno.json" with { type: "json" };

const IMPORTS: Readonly<Record<string, string>> = project.imports;

/** Library → modules it gets nothing from. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  // For commands that are executables of their own.
  commander: ["child_process", "fs"],
  // For its default metrics, its Pushgateway client, and clusters of processes.
  "prom-client": [
    "cluster",
    "fs",
    "http",
    "https",
    "os",
    "perf_hooks",
    "querystring",
    "url",
    "v8",
    "zlib",
  ],
};

const EMPTY = "empty";
const REQUIRED = "required";
const IMPORTED = "imported";
const IMPORTED_PATH = /^imported:/;

/** Keeps the runtime's modules out of the bundle, and the unused ones away altogether. */
export function builtinModules(): Plugin {
  return {
    name: "builtin-modules",
    setup(build) {
      build.onResolve({ filter: /^[@a-z]/ }, ({ path, importer, kind }) => {
        const name = (IMPORTS[path] ?? path).replace(/^node:/, "");
        if (!names.includes(name)) return undefined;
        const unused = Object.entries(UNUSED).some(([library, modules]) =>
          importer.includes(`/node_modules/${library}/`) && modules.includes(name)
        );
        if (unused) return { path: name, namespace: EMPTY };
        if (kind === "require-call") return { path: name, namespace: REQUIRED };
        return { path: `node:${name}`, external: true };
      });
      build.onLoad({ filter: /^/, namespace: EMPTY }, () => ({ contents: "module.exports = {};" }));
      // There is no require() in a module; node:module, which has one, costs memory too.
      build.onLoad({ filter: /^/, namespace: REQUIRED }, ({ path }) => ({
        // A module as a whole, which for node:events is a class.
        contents: `module.exports = require("${IMPORTED}:${path}").default;`,
      }));
      build.onResolve({ filter: IMPORTED_PATH }, ({ path }) => ({
        path: path.replace(IMPORTED_PATH, ""),
        namespace: IMPORTED,
      }));
      build.onLoad({ filter: /^/, namespace: IMPORTED }, ({ path }) => ({
        contents: `export { default } from "node:${path}";`,
      }));
    },
  };
}
