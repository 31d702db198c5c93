# What was asked for: the options of up, down and status, refused before anything is looked at or done.

# read_wishes VERB ARGUMENTS: sets wish_*. What the program alone understands is passed on to it as it is.
read_wishes() {
  verb=$1
  shift
  wish_data='' wish_listen='' wish_cert='' wish_key='' wish_yes='' wish_install=yes wish_sample=yes
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) help_of "$verb" && exit 0 ;;
      --data | --listen | --cert | --key)
        [ $# -ge 2 ] || fail 2 "$1 needs a value."
        wish "$verb" "$1" "$2"
        shift
        ;;
      --data=* | --listen=* | --cert=* | --key=*) wish "$verb" "${1%%=*}" "${1#*=}" ;;
      *) wish_flag "$verb" "$1" ;;
    esac
    shift
  done
  wish_data=$(data_folder "$wish_data")
  said_copy=''
  [ "$wish_data" = "$(FLOE_DATA='' data_folder '')" ] && [ -z "${FLOE_DATA:-}" ] || said_copy=" --data $(shell_word "$wish_data")"
}

wish() { # VERB NAME VALUE
  [ -n "$3" ] || fail 2 "$2 needs a value."
  case $1$2 in
    *--data) wish_data=$3 ;;
    up--listen) wish_listen=$3 ;;
    up--cert) wish_cert=$3 ;;
    up--key) wish_key=$3 ;;
    *) fail 2 "\"floe $1\" knows no \"$2\". See \"floe $1 --help\"." ;;
  esac
}

wish_flag() { # VERB ARGUMENT
  case $1$2 in
    up--yes) wish_yes=yes ;;
    up--no-install) wish_install=no ;;
    up--no-sample) wish_sample=no ;;
    up--detach | down--stop-vms | status-o | status--output | status-ojson | status--output=json | statusjson) ;;
    *) fail 2 "\"floe $1\" knows no \"$2\". See \"floe $1 --help\"." ;;
  esac
}

# The folder of the copy: what was said, otherwise FLOE_DATA, otherwise one for each person.
data_folder() {
  folder=${1:-${FLOE_DATA:-}}
  if [ -z "$folder" ]; then
    if [ "$(id -u)" = 0 ]; then folder=/var/lib/floe; else folder=${XDG_STATE_HOME:-$HOME/.local/state}/floe; fi
  fi
  readlink -m -- "$folder"
}

# Refuses what cannot be, in the words of the program, which looks again.
check_wishes() {
  case $wish_cert$wish_key in '') ;; *) [ -n "$wish_cert" ] && [ -n "$wish_key" ] || fail 2 '--cert and --key belong together: give both files, or neither.' ;; esac
  case $wish_cert in '' | /*) ;; *) wish_cert=$PWD/$wish_cert ;; esac
  [ "$(printf %s "$wish_data" | wc -c)" -le 80 ] ||
    fail 2 "$wish_data is too long for the sockets below it (80 bytes at most). Choose a shorter --data."
  case $wish_data in
    *[,\"\\[:cntrl:]]*) fail 2 "$wish_data has a comma, a quotation mark, a backslash or a control character, which PostgreSQL's settings cannot hold. Choose another --data." ;;
  esac
  [ -n "$wish_listen" ] || return 0
  asked=$wish_listen
  wish_listen=$(plain_listen "$asked") ||
    fail 2 "\"$asked\" is no address to listen on. Write ADDR:PORT, for example 127.0.0.1:7070 or 0.0.0.0:7070."
  lowest=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
  [ "${wish_listen##*:}" -ge "$lowest" ] ||
    fail 1 "Port ${wish_listen##*:} is for root alone, and Floe does not run as root. Choose one from $lowest up."
}

# plain_listen TEXT: ADDR:PORT, [ADDR]:PORT or PORT in one spelling, or the status 1.
plain_listen() {
  case $1 in
    *[!0-9a-zA-Z.:[\]]*) return 1 ;; # a newline, too: grep would look at each line alone
    '['*']':*) host=${1%]:*} host=${host#[} port=${1##*]:} kind=6 ;;
    *:*) host=${1%:*} port=${1##*:} kind=4 ;;
    *) host=127.0.0.1 port=$1 kind=4 ;;
  esac
  case $port in '' | *[!0-9]* | ??????*) return 1 ;; esac
  port=$(printf '%s' "$port" | sed 's/^0*//')
  [ "${port:-0}" -ge 1 ] && [ "$port" -le 65535 ] || return 1
  [ "$host" != localhost ] || host=127.0.0.1
  octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  if printf '%s\n' "$host" | grep -qE "^$octet(\.$octet){3}$"; then
    printf '%s:%s' "$host" "$port"
    return 0
  fi
  case $kind$host in 6*[!0-9a-fA-F:.]*) return 1 ;; 6*:*) ;; *) return 1 ;; esac
  getent ahostsv6 "$host" >/dev/null || return 1
  printf '[%s]:%s' "$host" "$port"
}

# Only these are served in plain HTTP.
is_loopback() { case $1 in 127.* | '[::1]:'*) ;; *) return 1 ;; esac }
