# The distribution's packages: which are missing, and their installation, which never upgrades what is there.

# os FIELD: a field of /etc/os-release.
os() { sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | tr -d '"' | head -n 1; }

is_debian_like() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 1
  case " $(os ID) $(os ID_LIKE) " in *' debian '* | *' ubuntu '*) return 0 ;; esac
  return 1
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# PostgreSQL 15 or newer: what is there, otherwise the newest that the package lists know.
postgres_there() {
  for bin in /usr/lib/postgresql/*/bin/postgres; do
    [ -x "$bin" ] || continue
    major=${bin#/usr/lib/postgresql/}
    [ "${major%%/*}" -ge 15 ] && return 0
  done
  return 1
}

postgres_package() {
  newest=$(apt-cache pkgnames postgresql- 2>/dev/null | sed -n 's/^postgresql-\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1)
  if [ -z "$newest" ]; then # no lists yet: what the release is known to have
    case $(os VERSION_CODENAME) in
      bookworm) newest=15 ;; noble) newest=16 ;; *) newest=17 ;;
    esac
  fi
  [ "$newest" -ge 15 ] || fail 1 "This release has PostgreSQL $newest and Floe needs 15 or newer. Add a source that has it (apt.postgresql.org) and run it again."
  echo "postgresql-$newest"
}

needed_packages() { # LISTEN CERT
  case $(uname -m) in
    aarch64) echo qemu-system-arm qemu-efi-aarch64 ;;
    *) echo qemu-system-x86 ;;
  esac
  echo qemu-utils qemu-block-extra
  # Debian 12 has SPICE inside qemu-system-common; later releases, and Ubuntu, in a package of its own.
  case $(os VERSION_CODENAME) in bookworm | bullseye) ;; *) echo qemu-system-modules-spice ;; esac
  echo libvirt-daemon libvirt-daemon-system libvirt-clients ca-certificates
  case $1 in 127.* | '[::1]'*) ;; *) [ -n "$2" ] || echo openssl ;; esac
  postgres_there || postgres_package
}

# True where dpkg was killed at work: apt refuses until what it began is finished.
was_interrupted() { ls /var/lib/dpkg/updates 2>/dev/null | grep -q '^[0-9]'; }

missing_packages() {
  for package in $(needed_packages "$@"); do
    is_installed "$package" || echo "$package"
  done
}

# The files that apt and dpkg lock, each with who holds it now (from the kernel's own list).
lock_holder() {
  for file in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
    [ -e "$file" ] || continue
    inode=$(stat -c %i "$file")
    pid=$(awk -v inode="$inode" '{ split($6, at, ":"); if (at[3] == inode && $2 != "->") { print $5; exit } }' /proc/locks)
    [ -n "$pid" ] || continue
    echo "$file is held by process $pid ($(cat "/proc/$pid/comm" 2>/dev/null || echo '?'))"
    return 0
  done
  return 1
}

wait_for_apt() {
  waited=0
  told=''
  while holder=$(lock_holder); do
    [ "$waited" -lt 1800 ] || fail 1 "$holder for half an hour now. Wait until it has ended, or end it, and run \"floe up\" again."
    [ "$holder" = "$told" ] || note "  waiting: $holder"
    told=$holder
    sleep 1
    waited=$((waited + 1))
  done
  [ -z "$told" ] || note '  the lock is free, going on'
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -o DPkg::Lock::Timeout=1800 -o Dpkg::Use-Pty=0 "$@"
}

# The drop-in stands only while packages are installed: the machine gets no PostgreSQL cluster "main" on port 5432
# that nobody asked for. One left by a killed installation is taken away by the next run.
no_main_cluster=/etc/postgresql-common/createcluster.d/floe-installs.conf

forbid_main_cluster() {
  as_root sh -c 'mkdir -p "${1%/*}" && echo "create_main_cluster = false" >"$1"' sh "$no_main_cluster"
  trap allow_main_cluster EXIT
  trap 'exit 130' INT TERM HUP
}

allow_main_cluster() {
  [ ! -e "$no_main_cluster" ] || as_root rm -f "$no_main_cluster"
  trap - EXIT INT TERM HUP
}

install_packages() { # NAMES
  wait_for_apt
  if was_interrupted; then
    forbid_main_cluster
    quietly as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a || exit 1
  fi
  quietly apt update -q || exit 1
  available=''
  for package; do
    if [ -n "$(apt-cache show "$package" 2>/dev/null | head -n 1)" ]; then
      available="$available $package"
    elif [ "$package" != qemu-system-modules-spice ]; then
      fail 1 "The package sources of this machine have no $package. Add the release's own archive (main; on Ubuntu also universe) to the sources and run it again."
    fi
  done
  # shellcheck disable=SC2086
  upgrades=$(apt -s -qq install --no-install-recommends --no-upgrade $available 2>/dev/null | sed -n 's/^Inst \([^ ]*\) \[.*/\1/p' | tr '\n' ' ')
  [ -z "$upgrades" ] || fail 1 "Installing would upgrade what is there: ${upgrades% }. Floe does not do that unasked: run \"apt-get install --only-upgrade ${upgrades% }\" as root and then \"floe up\" again."
  forbid_main_cluster
  wait_for_apt
  # shellcheck disable=SC2086
  quietly apt install -y -q --no-install-recommends --no-upgrade $available || exit 1
  allow_main_cluster
}
