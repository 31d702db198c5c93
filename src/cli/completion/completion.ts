import { Argument, type Command } from 'commander'

import type { Context } from '../context.ts'
import { addExample } from '../verb-parts.ts'

export function register(program: Command, context: Context): void {
  const command = program
    .command('completion')
    .description('Print a script that completes verbs, options and the names of VMs in a shell.')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
  addExample(
    command,
    'completion bash > /etc/bash_completion.d/floe',
    'completion zsh > "${fpath[1]}/_floe"',
    'completion fish > ~/.config/fish/completions/floe.fish',
  )
  command.action((shell: keyof typeof scripts) => void context.io.stdout.write(scripts[shell]))
}

/** Each asks `floe complete WORDS…` and offers what it answers: a word a line, a tab, what it is about. */
const scripts = {
  bash: String.raw`# floe completion for bash
_floe() {
  local line word words=() current="${'$'}{COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  # What was typed with quotes or backslashes is meant without them.
  for word in "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}"; do
    word="${'$'}{word#[\"\']}"
    word="${'$'}{word%[\"\']}"
    words+=("${'$'}{word//\\/}")
  done
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      compopt -o default 2>/dev/null
      return
    fi
    line="${'$'}{line%%$'\t'*}"
    # Within quotes bash puts in what it is given; elsewhere a blank needs its backslash.
    case "$current" in
      [\"\']*) COMPREPLY+=("$line") ;;
      *) COMPREPLY+=("$(printf '%q' "$line")") ;;
    esac
  done < <("${'$'}{COMP_WORDS[0]}" complete -- "${'$'}{words[@]}" 2>/dev/null)
}
complete -F _floe floe ./floe
`,
  zsh: String.raw`#compdef floe
_floe() {
  local line word about
  local -a found
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      _files
      return
    fi
    word="${'$'}{line%%$'\t'*}"
    about="${'$'}{line#*$'\t'}"
    [[ "$about" == "$line" ]] && about=""
    word="${'$'}{word//\\/\\\\}"
    found+=("${'$'}{word//:/\\:}${'$'}{about:+:$about}")
  done < <("${'$'}{words[1]}" complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'floe' found
}
if [[ "$funcstack[1]" == "_floe" ]]; then _floe; else compdef _floe floe; fi
`,
  fish: String.raw`# floe completion for fish
function __floe_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      printf '%s\n' $line
    end
  end
end
complete -c floe -f -a '(__floe_complete)'
`,
}
