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
};
