// The entry: arguments in, exit code out.

import { run } from "./cli/mod.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
