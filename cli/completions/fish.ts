// The completion script for fish 3 and later.

import type { Completions, Value } from "../completions.ts";
import { quoteForFish as quote } from "./quote.ts";

/** Renders the script. */
export function fishScript(commands: readonly Completions[]): string {
  const steps = commands.flatMap(({ path, options }) => [
    path,
    ...options.filter((one) => one.value).map((one) => `${path} ${one.name}`),
  ]);
  return script(steps.map(quote).join(" \\\n        "), commands.flatMap(lines).join("\n"));
}

function lines({ path, commands, argument, options }: Completions): string[] {
  const next = quote(`__prompipe_next ${path}`);
  return [
    ...commands.map(({ name, help }) => `-n ${next} -a ${quote(name)} -d ${quote(help)}`),
    ...(argument ? [`-n ${next}${valueFlags(argument)}`] : []),
    ...options.map(({ name, help, value }) => {
      const when = quote(`__prompipe_option ${path} ${name}`);
      const described = `-n ${when} -l ${quote(name.slice(2))} -d ${quote(help)}`;
      return value ? `${described} -r${valueFlags(value)}` : described;
    }),
  ].map((flags) => `complete -c prompipe ${flags}`);
}

/** The words of `-a` are evaluated once more. */
function valueFlags({ kind, words }: Value): string {
  if (kind === "file") return " -F";
  const listed = words.map(quote).join(" ");
  return ` -f -k -a ${quote(kind === "folder" ? "(__fish_complete_directories)" : listed)}`;
}

const script = (steps: string, lines: string) =>
  `# fish completion for prompipe

# What the words so far lead to: a command, with an asterisk if it has an argument, or an
# option that waits for its value.
function __prompipe_at
    set -l steps \\
        ${steps}
    set -l at prompipe
    for word in (commandline -opc)[2..-1]
        if string match -q -- "* --*" $at
            set at (string replace -r -- " --.*" "" $at)
        else if contains -- "$at $word" $steps
            set at "$at $word"
        else if not string match -q -- "-*" $word
            set at (string replace -r -- "( \\*)?\\$" " *" $at)
        end
    end
    echo $at
end

# Whether a command or an argument of this command comes next.
function __prompipe_next
    contains -- "$argv" (__prompipe_at)
end

# Whether this option of this command can come next, or its value does.
function __prompipe_option
    set -l at (__prompipe_at)
    set -l given (string replace -r -- "=.*" "" (commandline -opc))
    contains -- "$at" "$argv[1..-2]" "$argv[1..-2] *"
    and not contains -- $argv[-1] $given
    or test "$at" = "$argv"
end

complete -c prompipe -f
${lines}
`;
