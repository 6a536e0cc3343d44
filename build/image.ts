// What the Dockerfile's first stage makes of the checkout: a folder with the runtime, the
// bundle, and what the program may do; and an empty one for a receiver's state.

import { join } from "@std/path";
import project from "../deno.json" with { type: "json" };
import { exitStatus } from "./build_error.ts";
import { bundle, writeBundle } from "./bundle.ts";
import { parseArch } from "./portable.ts";
import { readRuntime } from "./runtime.ts";

const ROOT = join(import.meta.dirname!, "..");
const FOLDER = "/image";

if (import.meta.main) {
  Deno.exit(
    await exitStatus(async () => {
      const target = Deno.env.get("TARGETARCH");
      const arch = parseArch(target ? ["--arch", target.replace("amd64", "x64")] : []);
      const { unstable, permissions } = project;
      await Deno.mkdir("/state");
      await Deno.mkdir(FOLDER);
      await writeBundle(await bundle(ROOT, Deno.env.get("COMMIT") || undefined), FOLDER);
      await Deno.writeTextFile(
        join(FOLDER, "deno.json"),
        JSON.stringify({ unstable, permissions: { default: permissions.default } }),
      );
      await Deno.writeFile(join(FOLDER, "prompipe"), await readRuntime(arch), { mode: 0o755 });
    }),
  );
}
