// A machine for the installer whose files are real ones, in a temporary folder. A
// systemd runs on it once the test says so.

import { dirname, join } from "@std/path";
import { type System, thisMachine } from "../../systemd/system.ts";
import { FakeSystemd } from "./fake_systemd.ts";

export interface FileSpec {
  /** Of the file; folders above it that are missing get 0755. */
  readonly mode?: number;
  readonly text?: string;
}

export class RootedSystem implements System, AsyncDisposable {
  readonly #root: string;
  /** Every call that changed something, as `what path`. */
  readonly changes: string[] = [];
  /** How long it has paused. */
  pausedMs = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async make(): Promise<RootedSystem> {
    const made = await Deno.makeTempDir({ prefix: "prompipe-" });
    return new RootedSystem(await Deno.realPath(made));
  }

  /** The real path of a file of this machine. */
  path(path: string): string {
    return join(this.#root, path);
  }

  async file(path: string, { mode = 0o644, text = "" }: FileSpec = {}): Promise<string> {
    await this.folder(dirname(path));
    await Deno.writeTextFile(this.path(path), text);
    await Deno.chmod(this.path(path), mode);
    return path;
  }

  async folder(path: string, mode?: number): Promise<string> {
    if (path !== "/") await this.folder(dirname(path));
    const made = await Deno.mkdir(this.path(path)).then(() => true, () => false);
    if (mode !== undefined || made) {
      await Deno.chmod(this.path(path), mode ?? 0o755);
    }
    return path;
  }

  /** Starts a systemd, which uses the unit file of that path. */
  async boot(FragmentPath: string): Promise<FakeSystemd> {
    await this.folder("/run/systemd/system");
    const systemd = new FakeSystemd();
    systemd.state.FragmentPath = FragmentPath;
    this.systemctl = (args) => systemd.systemctl(args);
    return systemd;
  }

  async mode(path: string): Promise<number> {
    return (await this.stat(path)).mode;
  }

  readonly stat = (path: string) => thisMachine.stat(this.path(path));
  readonly list = (path: string) => thisMachine.list(this.path(path));
  readonly readText = (path: string) => thisMachine.readText(this.path(path));
  readonly exists = (path: string) => thisMachine.exists(this.path(path));
  systemctl: System["systemctl"] = () => Promise.reject(new Deno.errors.NotFound());

  async realPath(path: string): Promise<string> {
    return (await thisMachine.realPath(this.path(path))).slice(this.#root.length);
  }

  writeText(path: string, text: string, mode: number): Promise<void> {
    this.changes.push(`writeText ${path}`);
    return thisMachine.writeText(this.path(path), text, mode);
  }

  chmod(path: string, mode: number): Promise<void> {
    this.changes.push(`chmod ${path}`);
    return thisMachine.chmod(this.path(path), mode);
  }

  makeFolder(path: string, mode: number): Promise<void> {
    this.changes.push(`makeFolder ${path}`);
    return thisMachine.makeFolder(this.path(path), mode);
  }

  readonly remove = (path: string) => {
    this.changes.push(`remove ${path}`);
    return thisMachine.remove(this.path(path));
  };

  readonly removeEmpty = (folder: string) => {
    this.changes.push(`removeEmpty ${folder}`);
    return thisMachine.removeEmpty(this.path(folder));
  };

  pause(ms: number): Promise<void> {
    this.pausedMs += ms;
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}
