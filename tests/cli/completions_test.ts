// Completion scripts, each asked in its own shell what it would complete.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Argument, Command as Program, Option } from "commander";
import type { Shell } from "../../cli/command.ts";
import { completionScript } from "../../cli/completions.ts";
import { buildProgram, everyCommand, pathOf } from "../../cli/program.ts";
import { type Part, testWithParts } from "../parts.ts";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];
const LOG_OPTIONS = ["--log-format", "--log-level"];
const LEVELS = ["debug", "info", "warn", "error"];

// Asked in a folder with the file `config.json` and the folder `units`.
const CASES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ...everyCommand(buildProgram(() => {})).flatMap(casesOf),
  ["prompipe se", ["sender"]],
  ["./prompipe se", ["sender"]],
  ["NO_COLOR=1 prompipe se", ["sender"]],
  ["prompipe sender nonsense ", []],
  ["prompipe sender --lo", LOG_OPTIONS],
  ["prompipe receiver --m", ["--max-body", "--max-unpacked", "--max-targets", "--max-memory"]],
  ["prompipe receiver --c", ["--config"]],
  ["prompipe receiver --x", []],
  ["prompipe receiver token ", []],
  ["prompipe receiver --config ", ["config.json", "units"]],
  ["prompipe receiver install --p", ["--push-listen", "--print"]],
  ["prompipe sender --log-level ", LEVELS],
  ["prompipe sender --log-level=", LEVELS],
  ["prompipe sender --log-level=d", ["debug"]],
  ["prompipe receiver install --log-format ", ["logfmt", "json"]],
  ["prompipe receiver --push-listen ", []],
  ["prompipe completions ", ["bash", "zsh", "fish"]],
  ["prompipe completions bash ", []],
  ["prompipe sender --config ", ["config.json", "units"]],
  ["prompipe sender --config=c", ["config.json"]],
  ["prompipe sender install --unit-dir ", ["units"]],
  ["prompipe sender exampleconfig > c", ["config.json"]],
  // An option's value is no command, whatever it looks like.
  ["prompipe sender --config check ch", ["check"]],
  ["prompipe sender --config 'my file' ch", ["check"]],
  ["prompipe receiver --log-level=info ins", ["install"]],
  ["prompipe receiver --push-listen :80 ins", ["install"]],
  ["prompipe receiver --push-listen [::1]:80 ins", ["install"]],
  ["prompipe receiver --push-listen=127.0.0.1:80 --lo", LOG_OPTIONS],
  // What is given already is not offered again.
  ["prompipe sender --log-level info --lo", ["--log-format"]],
  ["prompipe sender --log-level=info --lo", ["--log-format"]],
  ["prompipe sender install --print --p", []],
];

for (const shell of SHELLS) {
  testInShell(shell, "completionScript() completes commands, options and values", async (part) => {
    const script = completionScript(buildProgram(() => {}), shell);
    const offers = await ask[shell](part, script, CASES.map(([line]) => line));
    assertEquals(
      CASES.map(([line], index) => [line, offers[index]!.toSorted()]),
      CASES.map(([line, offered]) => [line, offered.toSorted()]),
    );
  });

  testInShell(shell, "completionScript() takes text of definitions as text", async (part) => {
    const wild = ["it's", "$(touch hurt)", "`touch hurt`", "a b", '"q"', "*", "[x]", "~", ";"];
    const help = wild.join(" ") + " \\ : % ] $HOME";
    const program = new Program("prompipe").helpCommand(false);
    program.command("run").description(help)
      .addOption(new Option("--wild <word>", help).choices(wild))
      .addOption(new Option("--secret", help).hideHelp())
      .addArgument(new Argument("<word>", help).choices(wild));
    program.command("secret", { hidden: true });

    const lines = ["prompipe ", "prompipe run --", "prompipe run --wild ", "prompipe run "];
    const expected = [["run"], ["--wild", "--help"], wild, wild];
    assertEquals(
      (await ask[shell](part, completionScript(program, shell), lines)).map((it) => it.toSorted()),
      expected.map((it) => it.toSorted()),
    );
  });
}

testInShell("zsh", "completionScript() makes a file for the fpath", async (part) => {
  const script = completionScript(buildProgram(() => {}), "zsh");
  const lines = ["prompipe completions ", "prompipe sender --log-level="];
  assertEquals(await askZsh(part, script, lines, "autoload"), [["bash", "zsh", "fish"], LEVELS]);
});

Deno.test("completionScript() names every command and every option", () => {
  const program = buildProgram(() => {});
  for (const shell of SHELLS) {
    const script = completionScript(program, shell);
    for (const each of everyCommand(program)) {
      assertStringIncludes(script, each.name());
      for (const { long } of each.options) assertStringIncludes(script, long!);
    }
  }
});

/** That all options of a command are offered, and all commands below it. */
function casesOf(program: Program): (readonly [string, string[]])[] {
  const options = [...program.options.map((one) => one.long!), "--help"];
  const commands = program.commands.map((one) => one.name());
  const path = pathOf(program);
  const cases = [[`${path} --`, options] as const, [`${path} `, commands] as const];
  return commands.length > 0 ? cases : cases.slice(0, 1);
}

function testInShell(shell: Shell, name: string, fn: (part: Part) => Promise<void>): void {
  const title = `${name} in ${shell}`;
  if (shell !== "bash") return testWithParts(title, [shell], (parts) => fn(parts[shell]));
  Deno.test(title, () => fn({ path: "bash", env: {}, folder: undefined }));
}

/** What a shell offers for each line, once it sourced the script, and that twice. */
type Ask = (part: Part, script: string, lines: readonly string[]) => Promise<string[][]>;

const ask: Record<Shell, Ask> = { bash: askBash, zsh: askZsh, fish: askFish };

/** Types into an interactive bash: each line, a key that inserts all it offers, and one that tells. */
async function askBash(part: Part, script: string, lines: readonly string[]): Promise<string[][]> {
  const answer = await run(part, ["--noprofile", "--rcfile", "../rc", "-i"], {
    files: {
      script,
      rc: `
      set -u
      source ~/script; source ~/script
      tell() { printf '%s\\n' "$READLINE_LINE" >> ~/answer; READLINE_LINE=; }
      bind '"\\C-o": insert-completions'
      bind -x '"\\C-t": tell'`,
    },
    stdin: lines.map((line) => `${line}\x0f\x14`).join(""),
  });
  const told = answer.trimEnd().split("\n");
  assertEquals(told.length, lines.length, answer);
  return lines.map((line, index) => {
    const before = line.replace(/[^ =]*$/, "").length;
    const words = told[index]!.slice(before).match(/(?:\\.|[^ \\])+/g) ?? [];
    return told[index] === line ? [] : words.map((word) => word.replaceAll(/\\(.)/g, "$1"));
  });
}

/** Fills the line editor of an interactive zsh, and listens to what its completion adds. */
async function askZsh(
  part: Part,
  script: string,
  lines: readonly string[],
  how: "source" | "autoload" = "source",
): Promise<string[][]> {
  const load = how === "source" ? "source ~/script; source ~/script" : "";
  const answer = await run(part, ["-fc", ZSH_IN_A_TERMINAL], {
    files: {
      script,
      _prompipe: how === "autoload" ? script : "",
      ".zshrc": `
      module_path+=($FOLDER/usr/lib/*/zsh/*(N))
      fpath+=($FOLDER/../zsh-common/usr/share/zsh/functions/**/*(N/))
      ${how === "autoload" ? "fpath+=(~)" : ""}
      autoload -Uz compinit && compinit -u -D
      ${load}
      compadd() {
        local -a hits
        if [[ " \${@[1,(i)(-|--)]} " != *" -"[OAD]" "* ]]; then
          builtin compadd -O hits "$@"
          print -rl -- "\${(@)hits}" >> ~/answer
        fi
        builtin compadd "$@"
      }
      zle-line-init() {
        for BUFFER in "\${(@f)$(<~/lines)}"; do
          CURSOR=$#BUFFER
          print -r -- "= $BUFFER" >> ~/answer
          zle list-choices
        done
        exit
      }
      zle -N zle-line-init`,
      lines: lines.join("\n"),
    },
  });
  return sections(answer, lines);
}

const ZSH_IN_A_TERMINAL = `
  module_path+=($FOLDER/usr/lib/*/zsh/*(N))
  zmodload zsh/zpty && zpty terminal "\${(q)PROGRAM} -d -i" && while zpty -r terminal; do :; done`;

/** Asks the `complete` of fish. */
async function askFish(part: Part, script: string, lines: readonly string[]): Promise<string[][]> {
  const answer = await run(part, ["--no-config", "../rc"], {
    files: {
      script,
      rc: `
      set -a fish_function_path $FOLDER/../fish-common/usr/share/fish/functions
      source ~/script; source ~/script
      while read -l line
        echo "= $line" >> ~/answer
        complete -C $line | string replace -r "\\t.*" "" >> ~/answer
      end < ~/lines`,
      lines: lines.join("\n") + "\n",
    },
  });
  return sections(answer, lines);
}

/** What stands in the answer below each line. */
function sections(answer: string, lines: readonly string[]): string[][] {
  const told = `\n${answer}`.split("\n= ").slice(1).map((section) => section.split("\n"));
  assertEquals(told.map(([line]) => line), [...lines], answer);
  return told.map(([, ...offered]) => [
    ...new Set(offered.filter(Boolean).map((one) => one.replace(/^--.*=|\/$/g, ""))),
  ]);
}

interface Given {
  readonly stdin?: string;
  /** Files of the shell's home. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a shell in the folder that the cases speak of; what it wrote into `~/answer`. */
async function run(
  { path, env, folder = "" }: Part,
  args: readonly string[],
  { stdin = "", files }: Given,
): Promise<string> {
  const home = await Deno.makeTempDir({ prefix: "prompipe-completions-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(home, name), text);
    }
    const cwd = join(home, "here");
    await Deno.mkdir(join(cwd, "units"), { recursive: true });
    await Deno.writeTextFile(join(cwd, "config.json"), "");
    const child = new Deno.Command(path, {
      args: [...args],
      cwd,
      env: { ...env, HOME: home, ZDOTDIR: home, TERM: "dumb", PROGRAM: path, FOLDER: folder },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
    const { stdout, stderr } = await child.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals([...Deno.readDirSync(cwd)].map((it) => it.name).toSorted(), [
      "config.json",
      "units",
    ]);
    return await Deno.readTextFile(join(home, "answer")).catch(() => `No answer, but: ${said}`);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
