// Holds who may know whom, as the README's "How it is made" has it, by reading every import.

import { assertEquals, assertNotEquals } from "@std/assert";
import { dirname, join, relative } from "@std/path";

const ROOT = join(import.meta.dirname!, "..");
const ROOMS = ["cli", "protocol", "receiver", "sender", "systemd"];
const DOORS = ["receiver", "sender", "systemd"];
const IMPORT = /(?:\bfrom\s*|\bimport\s*)(\(\s*)?"(\.[^"]*)"/g;
const PROCESS = /\b(?:Deno\.(?:args|env|exit)\b|process\.(?:argv|env|exit)\b)/g;

interface Import {
  readonly from: string;
  readonly to: string;
  /** Loaded when it is reached, with `import()`. */
  readonly late: boolean;
}

async function sourceFiles(): Promise<string[]> {
  const folders = ROOMS.map((room) => filesBelow(join(ROOT, room)));
  return ["main.ts", ...(await Promise.all(folders)).flat()];
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files.push(...await filesBelow(path));
    else if (name.endsWith(".ts")) files.push(relative(ROOT, path));
  }
  return files;
}

function readSource(file: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, file));
}

async function allImports(): Promise<Import[]> {
  const imports: Import[] = [];
  for (const from of await sourceFiles()) {
    for (const [, late, path] of (await readSource(from)).matchAll(IMPORT)) {
      const to = relative(ROOT, join(ROOT, dirname(from), path!));
      imports.push({ from, to, late: late !== undefined });
    }
  }
  return imports;
}

function room(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
}

async function breaking(rule: (from: string, to: string, each: Import) => boolean) {
  return (await allImports())
    .filter((each) => room(each.from) !== room(each.to))
    .filter((each) => !rule(room(each.from), room(each.to), each))
    .map(({ from, to }) => `${from} imports ${to}`);
}

Deno.test("the imports are read, static and late ones, from every room", async () => {
  const imports = await allImports();
  for (const one of ROOMS) {
    assertNotEquals(imports.filter(({ from }) => room(from) === one).length, 0, one);
  }
  assertEquals(imports.filter(({ from }) => from === "main.ts"), [
    { from: "main.ts", to: "cli/mod.ts", late: false },
  ]);
  assertNotEquals(imports.filter(({ late }) => late), []);
});

Deno.test("sender, receiver and systemd import nothing but protocol and themselves", async () => {
  assertEquals(
    await breaking((from, to) => !DOORS.includes(from) || to === "protocol"),
    [],
  );
});

Deno.test("protocol imports no other room", async () => {
  assertEquals(await breaking((from) => from !== "protocol"), []);
});

Deno.test("only main.ts imports cli, and only its door", async () => {
  assertEquals(
    await breaking((from, to, each) =>
      to !== "cli" || (from === "main.ts" && each.to === "cli/mod.ts")
    ),
    [],
  );
});

Deno.test("cli enters sender, receiver and systemd by mod.ts, or late for a part of it", async () => {
  assertEquals(
    await breaking((_, to, each) => !DOORS.includes(to) || each.late || each.to === `${to}/mod.ts`),
    [],
  );
});

Deno.test("only cli and main.ts touch arguments, environment and exit", async () => {
  const found: string[] = [];
  for (const file of await sourceFiles()) {
    if (file === "main.ts" || room(file) === "cli") continue;
    for (const [what] of (await readSource(file)).matchAll(PROCESS)) found.push(`${file}: ${what}`);
  }
  assertEquals(found, []);
});
