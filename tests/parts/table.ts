// The real programs that tests run against, and where each comes from.

export interface Recipe {
  /** Debian packages to unpack; the first one holds the program. */
  readonly packages: readonly string[];
  /** Of Debian packages too, and optional: used where they can be had. */
  readonly libraries?: readonly string[];
  /** The program inside the unpacked first package. */
  readonly binary: string;
  /** Names under which the program may stand on the PATH. */
  readonly onPath: readonly string[];
  /** What the unpacked program needs in its environment; values are folders
   * inside the first package. */
  readonly env?: Readonly<Record<string, string>>;
}

// What systemd's programs load and a minimal Debian does not have.
const SYSTEMD_LIBRARIES = [
  "libapparmor1",
  "libcap2",
  "libip4tc2",
  "libkmod2",
  "libseccomp2",
  "libssl3",
];

export const PARTS = {
  "prometheus": {
    packages: ["prometheus"],
    binary: "usr/bin/prometheus",
    onPath: ["prometheus"],
  },
  "promtool": {
    packages: ["prometheus"],
    binary: "usr/bin/promtool",
    onPath: ["promtool"],
  },
  "node-exporter": {
    packages: ["prometheus-node-exporter"],
    binary: "usr/bin/prometheus-node-exporter",
    onPath: ["prometheus-node-exporter", "node_exporter"],
  },
  "systemd-analyze": {
    packages: ["systemd", "libsystemd-shared"],
    libraries: SYSTEMD_LIBRARIES,
    binary: "usr/bin/systemd-analyze",
    onPath: ["systemd-analyze"],
  },
  "systemd-nspawn": {
    packages: ["systemd-container", "systemd", "libsystemd-shared"],
    libraries: SYSTEMD_LIBRARIES,
    binary: "usr/bin/systemd-nspawn",
    onPath: ["systemd-nspawn"],
  },
  "debootstrap": {
    packages: ["debootstrap", "wget"],
    libraries: ["libpsl5"],
    binary: "usr/sbin/debootstrap",
    onPath: ["debootstrap"],
    env: { DEBOOTSTRAP_DIR: "usr/share/debootstrap" },
  },
  "zsh": {
    packages: ["zsh", "zsh-common"],
    libraries: ["libcap2"],
    binary: "bin/zsh",
    onPath: ["zsh"],
  },
  "fish": {
    packages: ["fish", "fish-common"],
    libraries: ["libpcre2-32-0"],
    binary: "usr/bin/fish",
    onPath: ["fish"],
  },
} as const satisfies Record<string, Recipe>;

export type PartName = keyof typeof PARTS;

/** Every package of the table once. */
export function allPackages(): {
  required: readonly string[];
  libraries: readonly string[];
} {
  const recipes: Recipe[] = Object.values(PARTS);
  return {
    required: [...new Set(recipes.flatMap((recipe) => recipe.packages))],
    libraries: [
      ...new Set(recipes.flatMap((recipe) => recipe.libraries ?? [])),
    ],
  };
}
