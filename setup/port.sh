# Whether the address that Floe is to serve at is free, before anything is planned. The program looks again.

# check_port ADDR:PORT: refuses an address that cannot be listened on; our own controller may be the one that has it.
check_port() {
  why=$(try_listen "$1")
  case $why in
    '') return 0 ;;
    EADDRNOTAVAIL) fail 1 "This machine has no address ${1%:*}. Choose one that it has, or 0.0.0.0 for all of them." ;;
    EADDRINUSE) ;;
    *) return 0 ;; # the program says it better
  esac
  holder=$(holder_of "${1##*:}")
  if is_alive "$wish_data/run/controller.pid" && [ "$holder" = "$pid" ]; then return 0; fi
  free=$(free_address "$1")
  fail 1 "$1 is taken by $(holder_words "$holder"). End that, or choose another address${free:+: \"floe up --listen $free\"}."
}

# try_listen ADDR:PORT: the name of the error, as Node's own listen would have it. Says nothing where perl is missing,
# which Debian's base system has.
try_listen() {
  command -v perl >/dev/null || return 0
  perl -MSocket=:all -e '
    my ($host, $port) = $ARGV[0] =~ /^\[?(.*?)\]?:(\d+)$/;
    my $six = $host =~ /:/;
    my $at = $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_aton($host));
    my $s;
    my $good = socket($s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0)
      && setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1)
      && (!$six || setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 0))
      && bind($s, $at) && listen($s, 1);
    print grep { $!{$_} } "EADDRINUSE", "EADDRNOTAVAIL", "EACCES" unless $good;
  ' "$1" 2>/dev/null || :
}

# holder_of PORT: the process that listens on it, or nothing where it may not be seen. Source: proc_net_tcp(5).
holder_of() {
  for inode in $(awk -v port=":$(printf %04X "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null); do
    link=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2>/dev/null || :)
    [ -z "$link" ] || { printf %s "$link" | cut -d / -f 3 && return 0; }
  done
}

# holder_words PID: another copy of Floe by its folder.
holder_words() {
  [ -n "$1" ] || { printf 'another process' && return 0; }
  line=$(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null || :)
  case $line in
    *floe.mjs*' --data '*) name="the Floe of $(tr '\0' '\n' <"/proc/$1/cmdline" | sed -n '/^--data$/{n;p;q;}')" ;;
    *) name=$(printf '%.60s' "${line% }") ;;
  esac
  printf 'process %s (%s)' "$1" "$name"
}

# free_address ADDR:PORT: the same with the next port that is free.
free_address() {
  next=${1##*:}
  last=$((next + 20))
  while [ "$next" -lt "$last" ] && [ "$next" -lt 65535 ]; do
    next=$((next + 1))
    if [ -z "$(try_listen "${1%:*}:$next")" ]; then
      printf '%s:%s' "${1%:*}" "$next"
      return 0
    fi
  done
}
