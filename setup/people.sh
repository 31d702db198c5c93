# Who does what: root for the steps that say so, Floe's own user for everything that stays running.

product_user() { if [ "$(id -u)" = 0 ]; then echo floe; else id -un; fi; }

# True where a group is a user's by the machine's list, whether or not this session has it yet.
is_member() { # USER GROUP
  case " $(id -nG "$1" 2>/dev/null) " in *" $2 "*) return 0 ;; esac
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    fail 1 "This step needs root, and there is no sudo here. As root, run: $*"
  fi
}

# What the plan needs root for, as commands for somebody who is.
root_commands() {
  [ -z "$fact_missing" ] || printf 'apt-get install --no-install-recommends %s; ' "$fact_missing"
  [ -z "$fact_group" ] || printf 'usermod -a -G libvirt %s; ' "$user"
  [ -z "$fact_libvirt" ] || { if [ -d /run/systemd/system ]; then printf 'systemctl start libvirtd; '; else printf 'virtlogd -d; libvirtd -d; '; fi; }
}

# Before anything is done: sudo is there, and lets this person. It asks here and not in the middle of a step.
ensure_root() {
  [ "$(id -u)" != 0 ] && needs_root || return 0
  by_root=$(root_commands)
  by_root="Nothing was done. As root, run: ${by_root%; }"
  command -v sudo >/dev/null || fail 1 "This needs root, and there is no sudo here. $by_root"
  if sudo -n true 2>/dev/null; then return 0; fi
  [ -t 0 ] || fail 1 "This needs root, sudo asks for a password, and there is no terminal to ask on. $by_root"
  sudo -v || fail 1 "This needs root, and sudo did not let $(id -un). $by_root"
}

# Runs the rest with the group libvirt, which may be newer than this session. sg asks the machine's list again but
# makes the group the primary one; the second sg puts the person's own back and keeps libvirt beside it.
run_with_libvirt() {
  if [ "$(id -u)" = 0 ]; then exec "$@"; fi
  case " $(id -nG) " in *' libvirt '*) exec "$@" ;; esac
  is_member "$(id -un)" libvirt || exec "$@"
  command=''
  for argument; do
    command="$command $(shell_word "$argument")"
  done
  FLOE_COMMAND="exec $command" export FLOE_COMMAND
  exec 9>&-
  exec sg libvirt -c "exec sg '$(id -gn)' -c 'eval \"\$FLOE_COMMAND\"'"
}

make_product_user() {
  if ! getent group floe >/dev/null; then groupadd --system floe; fi
  if ! getent passwd floe >/dev/null; then
    useradd --system --gid floe --no-create-home --home-dir /var/lib/floe --shell /usr/sbin/nologin --comment 'Floe' floe
  fi
}
