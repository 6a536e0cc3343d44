// The completion script for bash 4.4 and later, which needs nothing but bash itself.

import type { Completions } from "../completions.ts";
import { quote } from "./quote.ts";

/** Renders the script. */
export function bashScript(commands: readonly Completions[]): string {
  return script(commands.flatMap(branches).join("\n"));
}

/** What may follow a command, and each of its options that takes a value. */
function branches({ path, commands, argument, options }: Completions): string[] {
  const words = commands.length > 0 ? commands.map((one) => one.name) : argument?.words ?? [];
  return [
    branch(path, array("words", words), array("options", options.map((one) => one.name))),
    ...options.flatMap(({ name, value }) =>
      value ? [branch(`${path} ${name}`, array("words", value.words), NAMES[value.kind])] : []
    ),
  ];
}

/** The kinds of names that `compopt -o` knows. */
const NAMES = { word: "", file: "names=default", folder: "names=dirnames" };

function branch(words: string, ...settings: readonly string[]): string {
  return [`    ${quote(words)})`, ...settings.filter(Boolean), ";;"].join(" ");
}

function array(name: string, values: readonly string[]): string {
  return values.length > 0 ? `${name}=(${values.map(quote).join(" ")})` : "";
}

// bash cuts --option=value and host:port into several words, and gives `=` and `:` as
// words too. A glued word is what follows one of them.
const script = (branches: string) =>
  `# bash completion for prompipe

_prompipe_after() {
  words=() options=() names=
  case $1 in
${branches}
    *) return 1 ;;
  esac
}

_prompipe() {
  local word words options names given=' ' argument= glued=
  local at=prompipe current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word != -* ]] || given+="\${word%%=*} "
    if [[ ! \${word//[=:]/} ]]; then
      glued=yes
    elif [[ $glued || $at == *' --'* ]]; then
      at=\${at%% --*} glued=
    elif _prompipe_after "$at $word"; then
      at+=" $word"
    elif [[ $word != -* ]]; then
      argument=yes
    fi
  done
  if [[ $current && ! \${current//[=:]/} ]]; then
    glued=yes current=
  fi

  COMPREPLY=()
  _prompipe_after "$at"
  if [[ $before == *[\\<\\>]* ]]; then
    compopt -o default
  elif [[ $names ]]; then
    compopt -o "$names"
  elif [[ ! $glued || $at == *' --'* ]]; then
    [[ ! $argument ]] || words=()
    [[ $current != -* ]] || words=("\${options[@]}")
    for word in "\${words[@]}"; do
      [[ $word == "$current"* && ( $word != -* || $given != *" $word "* ) ]] || continue
      printf -v word %q "$word"
      COMPREPLY+=("$word")
    done
  fi
}

complete -o nosort -F _prompipe prompipe
`;
