// What the installer needs of the machine, and how Deno gives it.

/** One file or folder; symbolic links are followed. */
export interface FileFacts {
  readonly kind: "file" | "folder" | "other";
  /** The permission bits, 0o000 to 0o7777. */
  readonly mode: number;
}

/** All functions take absolute paths and throw Deno's own errors. */
export interface System {
  stat(path: string): Promise<FileFacts>;
  /** The path without symbolic links. */
  realPath(path: string): Promise<string>;
  /** Names in a folder, in any order. */
  list(folder: string): Promise<string[]>;
  readText(path: string): Promise<string>;
  /** Puts a whole file there in one step, in place of one that may be there. */
  writeText(path: string, text: string, mode: number): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** Makes the folder, and those above it that are missing. */
  makeFolder(path: string, mode: number): Promise<void>;
  /** Whether anything is there, be it a link that leads nowhere. */
  exists(path: string): Promise<boolean>;
  /** Removes a file, a link, or a folder with all that is in it; links are not followed. */
  remove(path: string): Promise<void>;
  /** Removes a folder, unless something is in it. */
  removeEmpty(folder: string): Promise<void>;
  /** Runs systemctl to its end. `output` is all that it said, errors last. */
  systemctl(args: readonly string[]): Promise<{ readonly ok: boolean; readonly output: string }>;
  pause(ms: number): Promise<void>;
}

/** The machine this runs on. */
export const thisMachine: System = {
  async stat(path) {
    const info = await Deno.stat(path);
    const kind = info.isFile ? "file" : info.isDirectory ? "folder" : "other";
    // Where there are no permission bits, there is nothing to refuse either.
    return { kind, mode: (info.mode ?? 0o777) & 0o7777 };
  },

  realPath: (path) => Deno.realPath(path),

  async list(folder) {
    const names: string[] = [];
    for await (const entry of Deno.readDir(folder)) names.push(entry.name);
    return names;
  },

  readText: (path) => Deno.readTextFile(path),

  async writeText(path, text, mode) {
    const draft = `${path}.${crypto.randomUUID()}.tmp`;
    try {
      await Deno.writeTextFile(draft, text, { createNew: true, mode: 0o600 });
      await Deno.chmod(draft, mode);
      await Deno.rename(draft, path);
    } catch (error) {
      await Deno.remove(draft).catch(() => {});
      throw error;
    }
  },

  chmod: (path, mode) => Deno.chmod(path, mode),

  makeFolder: (path, mode) => Deno.mkdir(path, { recursive: true, mode }),

  async exists(path) {
    try {
      await Deno.lstat(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  },

  remove: (path) => Deno.remove(path, { recursive: true }),

  removeEmpty: (folder) => Deno.remove(folder),

  async systemctl(args) {
    const { success, stdout, stderr } = await new Deno.Command("systemctl", {
      args: ["--no-pager", "--no-ask-password", ...args],
      // Nothing that a user's environment holds should change what it does.
      clearEnv: true,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { ok: success, output: text(stdout) + text(stderr) };
  },

  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
