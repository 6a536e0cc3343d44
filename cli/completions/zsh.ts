// The completion script for zsh: to be sourced, or a file `_prompipe` in the fpath.

import type { Completions, Value } from "../completions.ts";
import { quote } from "./quote.ts";

/** Renders the script. */
export function zshScript(commands: readonly Completions[]): string {
  return `#compdef prompipe

${commands.map(commandFunction).join("\n")}
# Autoloaded from the fpath, this file is the body of the function's first call.
if [[ $funcstack[1] == _prompipe ]]; then
  _prompipe "$@"
else
  compdef _prompipe prompipe
fi
`;
}

function commandFunction({ path, commands, argument, options }: Completions): string {
  const specs = options.map(({ name, help, value }) => {
    const described = `[${help.replaceAll(/[\\\]]/g, "\\$&")}]`;
    return value ? `${name}=${described}:${valueSpec(value)}` : `${name}${described}`;
  });
  if (commands.length > 0) specs.push("1: :{_describe command subcommands}", "*:::rest:->rest");
  else if (argument) specs.push(`1:${valueSpec(argument)}`);

  const name = `_${path.replaceAll(" ", "_")}`;
  const parse = ["_arguments -C -S -A '-*'", ...specs.map(quote)].join(" \\\n    ");
  if (commands.length === 0) return `${name}() {\n  ${parse}\n}\n`;

  const described = commands.map((one) => quote(`${one.name}:${one.help}`));
  const branches = commands.map((one) => `${quote(one.name)}) ${name}_${one.name} && ret=0 ;;`);
  return `${name}() {
  local curcontext=$curcontext state line ret=1
  local -A opt_args
  local -a subcommands=(
    ${described.join("\n    ")}
  )
  ${parse} && ret=0
  if [[ $state == rest ]]; then
    words=("$line[1]" "$words[@]")
    (( CURRENT += 1 ))
    case $line[1] in
      ${branches.join("\n      ")}
    esac
  fi
  return ret
}
`;
}

/** `MESSAGE:ACTION`. The words of an action are evaluated once more. */
function valueSpec({ name, kind, words }: Value): string {
  const names = { word: "", file: "_files", folder: "_files -/" }[kind];
  const action = words.length > 0 ? `(${words.map(quote).join(" ")})` : names;
  return `${name}:${action.replaceAll(":", "\\:")}`;
}
