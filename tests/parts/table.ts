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

// What Chromium loads, but for what every Debian has. Fonts belong to it.
const CHROMIUM_LIBRARIES = [
  "fonts-dejavu-core",
  "libasound2",
  "libasyncns0",
  "libatk1.0-0",
  "libatspi2.0-0",
  "libbrotli1",
  "libbsd0",
  "libdav1d6",
  "libdbus-1-3",
  "libdouble-conversion3",
  "libdrm2",
  "libexpat1",
  "libffi8",
  "libflac12",
  "libfontconfig1",
  "libfreetype6",
  "libgbm1",
  "libglib2.0-0",
  "libgraphite2-3",
  "libharfbuzz-subset0",
  "libharfbuzz0b",
  "libjpeg62-turbo",
  "liblcms2-2",
  "libmd0",
  "libminizip1",
  "libmp3lame0",
  "libmpg123-0",
  "libnspr4",
  "libnss3",
  "libogg0",
  "libopenh264-7",
  "libopenjp2-7",
  "libopus0",
  "libpcre2-8-0",
  "libpng16-16",
  "libpulse0",
  "libsndfile1",
  "libsqlite3-0",
  "libvorbis0a",
  "libvorbisenc2",
  "libwayland-server0",
  "libx11-6",
  "libx11-xcb1",
  "libxau6",
  "libxcb-randr0",
  "libxcb1",
  "libxcomposite1",
  "libxdamage1",
  "libxdmcp6",
  "libxext6",
  "libxfixes3",
  "libxi6",
  "libxkbcommon0",
  "libxnvctrl0",
  "libxrandr2",
  "libxrender1",
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
  "pushgateway": {
    packages: ["prometheus-pushgateway"],
    binary: "usr/bin/prometheus-pushgateway",
    onPath: ["prometheus-pushgateway", "pushgateway"],
  },
  "nginx": {
    packages: ["nginx"],
    libraries: ["libpcre2-8-0", "libssl3"],
    binary: "usr/sbin/nginx",
    onPath: ["nginx"],
  },
  "wrk": {
    packages: ["wrk"],
    libraries: ["libluajit-5.1-2", "libluajit-5.1-common", "libssl3"],
    binary: "usr/bin/wrk",
    onPath: ["wrk"],
  },
  "blackbox-exporter": {
    packages: ["prometheus-blackbox-exporter"],
    binary: "usr/bin/prometheus-blackbox-exporter",
    onPath: ["prometheus-blackbox-exporter", "blackbox_exporter"],
  },
  "openssl": {
    packages: ["openssl"],
    libraries: ["libssl3"],
    binary: "usr/bin/openssl",
    onPath: ["openssl"],
  },
  "iptables": {
    packages: ["iptables"],
    libraries: [
      "libip4tc2",
      "libip6tc2",
      "libmnl0",
      "libnetfilter-conntrack3",
      "libnfnetlink0",
      "libnftnl11",
      "libxtables12",
    ],
    binary: "usr/sbin/xtables-legacy-multi",
    onPath: ["xtables-legacy-multi"],
    env: { XTABLES_LIBDIR: `usr/lib/${Deno.build.arch}-linux-gnu/xtables` },
  },
  "faketime": {
    packages: ["libfaketime"],
    binary: `usr/lib/${Deno.build.arch}-linux-gnu/faketime/libfaketimeMT.so.1`,
    onPath: ["libfaketimeMT.so.1"],
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
  "chromium": {
    packages: ["chromium-headless-shell", "chromium-common"],
    libraries: CHROMIUM_LIBRARIES,
    binary: "usr/lib/chromium/chromium-headless-shell",
    onPath: ["chromium-headless-shell", "chromium", "chromium-browser"],
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
