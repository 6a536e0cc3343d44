// The flags that give the program what deno.json grants: permissions and unstable
// features are written there alone.

/** What `permissions.default` holds: everything, nothing, or the names of what is allowed. */
export type Permissions = Readonly<Record<string, boolean | readonly string[]>>;

export interface Grants {
  readonly permissions: { readonly default: Permissions };
  readonly unstable: readonly string[];
}

/** Flags for `deno run` and `deno compile`, which ask nobody for more. */
export function grantFlags({ permissions, unstable }: Grants): string[] {
  return [
    "--no-prompt",
    ...unstable.map((feature) => `--unstable-${feature}`),
    ...Object.entries(permissions.default).flatMap(([name, granted]) => {
      if (typeof granted === "boolean") return granted ? [`--allow-${name}`] : [];
      // A flag with an empty list would allow everything.
      return granted.length === 0 ? [] : [`--allow-${name}=${granted.map(listed).join(",")}`];
    }),
  ];
}

function listed(value: string): string {
  if (value.includes(",")) throw new Error(`Cannot pass "${value}" in a list: it holds a comma`);
  return value;
}
