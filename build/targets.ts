// The systems that `deno compile` makes a release for.

export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

export type Target = typeof TARGETS[number];

/** The target's file in dist/; without a target, that of this machine. */
export function fileName(target: Target | undefined): string {
  const suffix = (target ?? Deno.build.target).includes("windows") ? ".exe" : "";
  return `prompipe${target === undefined ? "" : `-${target}`}${suffix}`;
}
