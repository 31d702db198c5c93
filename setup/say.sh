# Words to the person at the terminal, and questions. Everything goes to the standard error but the plan.

say() { printf '%s\n' "$*" | as_called; }
note() { printf '%s\n' "$*" | as_called >&2; }

# fail STATUS SENTENCES: ends the command.
fail() {
  status=$1
  shift
  note "floe: $*"
  exit "$status"
}

# shell_word TEXT: the text as a shell reads it back.
shell_word() {
  case $1 in
    '' | *[!A-Za-z0-9_@%+=:,./-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
  esac
}

# Sentences name commands as "floe up"; what is printed does what it says where it is pasted: ./floe up --data '/my vms'.
as_called() {
  FLOE_SAID_ENTRY=$(shell_word "${FLOE_ENTRY:-./floe}") FLOE_SAID_COPY=${said_copy:-} awk '{
    told = ""
    while (match($0, /"floe (up|down|status|test)[^"]*"/)) {
      command = substr($0, RSTART + 5, RLENGTH - 6)
      copy = command ~ /--help|--data|^ test/ ? "" : ENVIRON["FLOE_SAID_COPY"]
      told = told substr($0, 1, RSTART) ENVIRON["FLOE_SAID_ENTRY"] command copy "\""
      $0 = substr($0, RSTART + RLENGTH)
    }
    print told $0
  }'
}

# One line a step, with its number in the plan that was printed: the program goes on with the numbers.
step() { # NAME TITLE
  number=0 total=0
  for planned in $plan; do
    total=$((total + 1))
    [ "$planned" != "$1" ] || number=$total
  done
  printf '[%s/%s] %s\n' "$number" "$total" "$2"
}

# The plan was shown; a person says yes, or nothing happens.
ask_or_leave() {
  if [ ! -t 0 ] || [ ! -t 1 ]; then
    say
    say 'There is no terminal to ask on, so nothing was done. Run it again with --yes to go ahead.'
    exit 2
  fi
  printf '\nGo ahead? [y/N] '
  read -r answer || answer=n
  case $answer in
    y | Y | yes | Yes | YES) ;;
    *)
      say 'Nothing was done.'
      exit 2
      ;;
  esac
}

# Runs a command and shows its output only if it fails; its last lines say why. On a terminal the line that it says
# now is shown while it runs.
quietly() {
  log=$(mktemp "${TMPDIR:-/tmp}/floe-up.XXXXXX")
  ticker=''
  if [ -t 1 ]; then
    show_last_line "$log" &
    ticker=$!
  fi
  status=0
  "$@" >"$log" 2>&1 9>&- || status=$? # nothing that is started here may hold the lock of "up"
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || :
    wait "$ticker" 2>/dev/null || :
    printf '\r\033[K'
  fi
  if [ "$status" = 0 ]; then
    rm -f "$log"
    return 0
  fi
  tail -n 20 "$log" >&2
  note "floe: this failed: $*"
  note "floe: all of its output is in $log. Mend what it complains about and run \"floe up\" again."
  return "$status"
}

show_last_line() {
  while sleep 1; do
    printf '\r\033[K      %.70s' "$(tail -n 1 "$1" | tr -d '[:cntrl:]')"
  done
}
