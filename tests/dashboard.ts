// examples/grafana-dashboard.json, as far as tests look into it.

/** A panel and its place on a grid of 24 columns. */
export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly { readonly expr: string }[];
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: unknown }[] };
}

export async function readDashboard(): Promise<Dashboard> {
  const url = new URL("../examples/grafana-dashboard.json", import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

/** Every query of every panel, with Grafana's variables replaced as Grafana would. */
export function expressions({ panels }: Dashboard): string[] {
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll("$__rate_interval", "1m").replace(/\$\w+/g, ".*"));
}
