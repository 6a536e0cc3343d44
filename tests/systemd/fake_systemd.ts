// A systemd that says what a test wants, and remembers what it was asked.

export class FakeSystemd {
  /** What `systemctl show` knows. */
  readonly state: Record<string, string> = {
    FragmentPath: "",
    ActiveState: "inactive",
    Result: "success",
    ExecMainStatus: "0",
  };
  /** Every call that wasn't `show`, in order. */
  readonly asked: string[] = [];
  /** What a verb fails with. */
  readonly failing = new Map<string, string>();
  /** What becomes of a service once it was started. */
  started: Record<string, string> = { ActiveState: "active" };

  systemctl(args: readonly string[]): Promise<{ ok: boolean; output: string }> {
    const [verb] = args;
    const words = this.failing.get(verb!);
    if (verb !== "show") this.asked.push(args.join(" "));
    if (words !== undefined) return Promise.resolve({ ok: false, output: `${words}\n` });
    if (verb === "start" || verb === "restart") Object.assign(this.state, this.started);
    const lines = Object.entries(this.state).map(([name, value]) => `${name}=${value}\n`);
    return Promise.resolve({ ok: true, output: verb === "show" ? lines.join("") : "" });
  }
}
