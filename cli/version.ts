// The version, as deno.json has it, and the commit, as the build wrote it in.

import project from "../deno.json" with { type: "json" };

/** Such as `0.1.0`. */
export const VERSION: string = project.version;

// The build puts the commit in the place of this text.
const built = "<commit>";

/** Such as `abc1234`; undefined where the program runs from a checkout. */
export const COMMIT: string | undefined = built.startsWith("<") ? undefined : built;

/** What `--version` prints: `prompipe 0.1.0 (abc1234)`. */
export const VERSION_LINE: string = `prompipe ${VERSION}${COMMIT ? ` (${COMMIT})` : ""}`;
