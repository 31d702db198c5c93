# Words to the person at the terminal, and questions. Everything goes to the standard error but the plan.

say() { printf '%s\n' "$*"; }
note() { printf '%s\n' "$*" >&2; }

# fail STATUS SENTENCES: ends the command.
fail() {
  status=$1
  shift
  printf 'floe: %s\n' "$*" >&2
  exit "$status"
}

# One line a step, numbered over the whole of "floe up": the program goes on with the numbers.
step() {
  plan_step=$((plan_step + 1))
  printf '[%s/%s] %s\n' "$plan_step" "$plan_total" "$*"
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

# Runs a command and shows its output only if it fails; its last lines say why.
quietly() {
  log=$(mktemp "${TMPDIR:-/tmp}/floe-up.XXXXXX")
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  status=$?
  tail -n 20 "$log" >&2
  note "floe: this failed: $*"
  note "floe: all of its output is in $log. Mend what it complains about and run \"floe up\" again."
  return "$status"
}
