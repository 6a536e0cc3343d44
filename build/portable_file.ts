// Puts a portable file together: the stub, and the archive of runtime and program.

import { gzip } from "node:zlib";
import { promisify } from "node:util";
import { type Bundle, BUNDLE_MAIN } from "./bundle.ts";
import { grantFlags, type Grants } from "./flags.ts";
import { MODIFIED_AT_S } from "./modified_at.ts";
import { stubText } from "./portable_stub.ts";
import { type Arch, sha256 } from "./runtime.ts";
import { type TarFile, tarOf } from "./tar.ts";
import { TUNINGS } from "./tuning.ts";

export interface PortableParts {
  readonly arch: Arch;
  readonly version: string;
  readonly grants: Grants;
  readonly bundle: Bundle;
  readonly runtime: Uint8Array<ArrayBuffer>;
}

/** The portable file's bytes, the same for the same parts. */
export async function portableFile(parts: PortableParts): Promise<Blob> {
  const { arch, version, bundle, runtime } = parts;
  const files: TarFile[] = [
    // Its name is what process lists show.
    { name: "prompipe", mode: 0o555, bytes: runtime },
    ...[...bundle.files].map(([name, text]) => (
      { name, mode: 0o444, bytes: new TextEncoder().encode(text) }
    )),
  ];
  const archive = await tarOf(files, MODIFIED_AT_S).bytes();
  const commit = bundle.commit === undefined ? "" : ` (${bundle.commit})`;

  const stub = stubText({
    title: `prompipe ${version}${commit} for Linux ${arch}`,
    needs: `Linux on ${arch} with glibc 2.27 or newer and libgcc, and a folder not mounted noexec`,
    key: (await sha256(archive)).slice(0, 16),
    script: await Deno.readTextFile(new URL("./stub.sh", import.meta.url)),
    unpacked: files.map(({ name, mode, bytes }) => ({ name, mode, sizeBytes: bytes.length })),
    modifiedAtS: MODIFIED_AT_S,
    main: BUNDLE_MAIN,
    grants: grantFlags(parts.grants),
    tunings: TUNINGS,
  });
  // Deno's own zlib writes no time and no name, and is the same on every machine.
  return new Blob([stub, new Uint8Array(await promisify(gzip)(archive, { level: 9 }))]);
}
