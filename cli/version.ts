// The version, as deno.json has it.

import project from "../deno.json" with { type: "json" };

/** Such as `0.1.0`. */
export const VERSION: string = project.version;
