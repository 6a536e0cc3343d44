// The shell script at the head of a portable file: facts about what is packed behind
// it, the script itself (stub.sh), and the command that it ends in.

import { type Tuning, tuningFlags, type Tunings } from "./tuning.ts";

/** Something that is unpacked: also what `stat` says of it then. */
export interface Unpacked {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
}

export interface Stub {
  /** What stands in the first comment: `prompipe 0.1.0 (abc1234) for Linux x64`. */
  readonly title: string;
  /** What has to be there for the runtime to run. */
  readonly needs: string;
  /** Of the content: versions that differ in it are unpacked into different folders. */
  readonly key: string;
  /** The text of stub.sh. */
  readonly script: string;
  /** The runtime first, under the name that the process will have. */
  readonly unpacked: readonly Unpacked[];
  /** Seconds since 1970, of everything that is unpacked. */
  readonly modifiedAtS: number;
  /** Which of the files is run. */
  readonly main: string;
  /** Of `deno run`. */
  readonly grants: readonly string[];
  readonly tunings: Tunings;
}

/** The script. The gzipped archive follows its last byte. */
export function stubText(stub: Stub): string {
  // It names its own length, which has to be guessed until it fits.
  for (let length = 0;;) {
    const text = withArchiveAt(stub, length + 1);
    const actual = new TextEncoder().encode(text).length;
    if (actual === length) return text;
    length = actual;
  }
}

function withArchiveAt(stub: Stub, archiveAt: number): string {
  const facts = stub.unpacked.map(({ mode, sizeBytes }) =>
    `${mode.toString(8)} ${sizeBytes} ${stub.modifiedAtS}`
  );
  return `#!/bin/sh
# ${stub.title}. Behind this script lie the Deno runtime
# and the program, compressed. It unpacks them into a cache, once, and turns into them.

key=${quoted(stub.key)}
needs=${quoted(stub.needs)}
archive_at=${archiveAt}
names=${quoted(stub.unpacked.map(({ name }) => name).join(" "))}
main=${quoted(stub.main)}
sealed=${quoted(facts.join("\n"))}
${stub.script}${start(stub)}`;
}

function start({ unpacked, grants, tunings }: Stub): string {
  const set = (tuning: Tuning) => `tuning=${quoted(tuningFlags(tuning).join(" "))} ;;\n`;
  const byCommand = Object.entries(tunings.byCommand).map(([command, tuning]) =>
    `  ${command}) ${set(tuning)}`
  );
  return `
case \${1-} in
${byCommand.join("")}  *) ${set(tunings.otherwise)}esac
# shellcheck disable=SC2086 # to be split
exec "$dir/${unpacked[0]!.name}" run --quiet --no-config --no-lock --no-npm --no-remote \\
  ${grants.map(quoted).join(" ")} \\
  $tuning "$dir/$main" "$@"
exit
`;
}

/** As a POSIX shell reads it back unchanged. */
function quoted(text: string): string {
  return /^[\w./=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
