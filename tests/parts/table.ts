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
  "openssl": {
    packages: ["openssl"],
    libraries: ["libssl3"],
    binary: "usr/bin/openssl",
    onPath: ["openssl"],
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
  "buildah": {
    packages: ["buildah"],
    libraries: ["libassuan0", "libdevmapper1.02.1", "libgpg-error0", "libgpgme11", "libseccomp2"],
    binary: "usr/bin/buildah",
    onPath: ["buildah"],
  },
  "runc": {
    packages: ["runc"],
    libraries: ["libseccomp2"],
    binary: "usr/sbin/runc",
    onPath: ["runc"],
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
  "git": {
    packages: ["git"],
    libraries: ["libpcre2-8-0"],
    binary: "usr/bin/git",
    onPath: ["git"],
    env: { GIT_EXEC_PATH: "usr/lib/git-core", GIT_TEMPLATE_DIR: "usr/share/git-core/templates" },
  },
  "busybox": {
    packages: ["busybox-static"],
    binary: "bin/busybox",
    onPath: ["busybox"],
  },
  "proot": {
    packages: ["proot"],
    libraries: ["libtalloc2"],
    binary: "usr/bin/proot",
    onPath: ["proot"],
  },
  "qemu-aarch64": {
    packages: ["qemu-user-static"],
    binary: "usr/bin/qemu-aarch64-static",
    onPath: ["qemu-aarch64-static", "qemu-aarch64"],
  },
  "arm64-libc": {
    packages: ["libc6-arm64-cross"],
    binary: "usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1",
    onPath: ["ld-linux-aarch64.so.1"],
  },
  "arm64-libgcc": {
    packages: ["libgcc-s1-arm64-cross"],
    binary: "usr/aarch64-linux-gnu/lib/libgcc_s.so.1",
    onPath: ["libgcc_s.so.1"],
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
