// A real Chromium without a window, driven by Playwright.

import { join } from "@std/path";
import { type Browser, chromium, type ConsoleMessage, type Page } from "playwright-core";
import type { Part } from "../parts.ts";
import { TempDir } from "./temp_dir.ts";

const OPTIONS = [
  // Root has no sandbox, and containers have no room in /dev/shm.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a page is opened with. */
export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly javaScript?: boolean;
}

/** A page that remembers every complaint of the browser about it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Console errors and warnings, policy violations among them, and what was thrown. */
  readonly complaints: readonly string[];
}

export class Chromium implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #folder: TempDir;

  private constructor(browser: Browser, folder: TempDir) {
    this.#browser = browser;
    this.#folder = folder;
  }

  static async start(part: Part): Promise<Chromium> {
    const folder = await TempDir.make();
    try {
      const browser = await chromium.launch({
        executablePath: await executable(part, folder),
        args: OPTIONS,
        env: {
          ...Deno.env.toObject(),
          ...part.env,
          HOME: folder.path,
          FONTCONFIG_FILE: await fonts(part, folder),
        },
      });
      return new Chromium(browser, folder);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  async open(url: string, options: OpenOptions = {}): Promise<OpenPage> {
    const { width = 1280, height = 900, dark = false, javaScript = true } = options;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: javaScript,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error: Error) => complaints.push(error.message));
    page.on("console", (message: ConsoleMessage) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(url);
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** The machine's fonts, and at least those that came with it. */
function fonts(part: Part, folder: TempDir): Promise<string> {
  const own = part.folder === undefined ? [] : [join(part.folder, "..", "fonts-dejavu-core")];
  const dirs = ["/usr/share/fonts", ...own].map((dir) => `<dir>${dir}</dir>`);
  const families = [["sans-serif", "DejaVu Sans"], ["system-ui", "DejaVu Sans"], [
    "monospace",
    "DejaVu Sans Mono",
  ]].map(([family, prefer]) =>
    `<alias><family>${family}</family><prefer><family>${prefer}</family></prefer></alias>`
  );
  const system = `<include ignore_missing="yes">/etc/fonts/fonts.conf</include>`;
  const cache = `<cachedir>${folder.path}/fonts</cachedir>`;
  return folder.write(
    "fonts.conf",
    `<fontconfig>${[...dirs, ...families, cache, system].join("")}</fontconfig>`,
  );
}

/**
 * Chromium looks for its files beside itself, and Debian splits them into two packages:
 * of unpacked ones, one folder is made.
 */
async function executable(part: Part, folder: TempDir): Promise<string> {
  if (part.folder === undefined) return part.path;
  const home = join(folder.path, "chromium");
  await Deno.mkdir(home);
  for (const name of ["chromium-common", "chromium-headless-shell"]) {
    const from = join(part.folder, "..", name, "usr", "lib", "chromium");
    for await (const { name: file } of Deno.readDir(from)) {
      await Deno.symlink(join(from, file), join(home, file));
    }
  }
  // It takes the place of the file itself for its own, never that of a link to it.
  const program = join(home, "chromium-headless-shell");
  const original = await Deno.realPath(program);
  await Deno.remove(program);
  try {
    await Deno.link(original, program);
  } catch {
    await Deno.copyFile(original, program); // another file system
  }
  return program;
}
