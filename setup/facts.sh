# What is on this machine, found out before the plan is made. Changes nothing.

# Sets fact_*: empty where there is nothing to say. Refuses what cannot go on from here.
collect_facts() {
  user=$(product_user)
  check_data_folder
  collect_copy_facts
  [ -z "$wish_cert" ] || ! is_loopback "$plan_address" ||
    fail 2 "$plan_address is reached from this machine alone and served in plain HTTP. Leave --cert and --key out, or choose another --listen."
  fact_missing='' fact_interrupted='' fact_user='' fact_group='' fact_kvm='' fact_node='' fact_build='' fact_libvirt=''
  is_debian_like || foreign_system
  if is_debian_like; then
    fact_missing=$(missing_packages "$plan_address" "$wish_cert" | tr '\n' ' ')
    fact_missing=${fact_missing% }
  fi
  [ -z "$fact_missing" ] || ! was_interrupted || fact_interrupted=yes
  [ "$(id -u)" != 0 ] || getent passwd floe >/dev/null || fact_user=yes
  is_member "$user" libvirt || [ "$user" = root ] || fact_group=yes
  if kvm_is_shut && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then fact_kvm=shut; fi
  find_node && have_libraries || fact_node=missing
  have_build || fact_build=missing
  libvirt_answers || fact_libvirt=silent
  fact_program=''
  [ -n "$fact_build" ] || [ -z "$fact_floe" ] || runs_this_build || fact_program=other
}

# What there is of this copy of Floe.
collect_copy_facts() {
  config=$wish_data/floe.json
  fact_config='' fact_listen='' fact_cert='' fact_host='' fact_sample='' fact_password='' fact_floe='' fact_database=none
  if [ -f "$config" ]; then
    fact_config=there
    fact_listen=$(json_field "$config" listen) fact_cert=$(json_field "$config" cert)
    fact_host=$(json_field "$config" hostAdded) fact_sample=$(json_field "$config" sampleMade)
    fact_password=$(json_field "$config" passwordTold)
  fi
  plan_address=${wish_listen:-${fact_listen:-127.0.0.1:7070}}
  if [ -f "$wish_data/db/PG_VERSION" ]; then fact_database=stopped; fi
  if is_alive "$wish_data/run/keep-postgres.pid" && [ -f "$wish_data/db/postmaster.pid" ]; then fact_database=runs; fi
  if [ -f "$config" ] && [ -n "$(json_field "$config" database)" ]; then fact_database=elsewhere; fi
  if is_alive "$wish_data/run/controller.pid" && is_alive "$wish_data/run/keep-controller.pid"; then fact_floe=runs; fi
  fact_parts=''
  if [ -f "$wish_data/cache/sample/vmlinuz" ]; then fact_parts=there; fi
}

# json_field FILE NAME: a text, number or truth value of a file that Floe wrote, one field a line.
json_field() { sed -n "s/^ *\"$2\": \"\{0,1\}\(.*[^\",]\)\"\{0,1\},\{0,1\}\$/\1/p" "$1" 2>/dev/null | head -n 1; }

# True where the process that FILE tells of lives: the same number, start and boot.
is_alive() {
  [ -r "$1" ] || return 1
  told=$(cat "$1")
  pid=$(printf '%s' "$told" | sed -n 's/.*"pid":\([0-9]*\).*/\1/p')
  [ -n "$pid" ] && [ -r "/proc/$pid/stat" ] || return 1
  # shellcheck disable=SC2046
  set -- $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null)
  case ${1:-Z} in Z | X) return 1 ;; esac
  case $told in *"\"started\":\"${20:-?}\""*"$(cat /proc/sys/kernel/random/boot_id)"*) ;; *) return 1 ;; esac
}

runs_this_build() {
  pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$wish_data/run/controller.pid")
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF "$wish_data/app/$(cat "$root/dist/app/stamp")/floe.mjs"
}

# Better said now than half way through: whose folder it is, whether it can be made, and whether its user gets there.
check_data_folder() {
  if [ -e "$wish_data" ]; then
    [ -d "$wish_data" ] || fail 1 "$wish_data is no folder. Choose another with --data."
    owner=$(stat -c %U "$wish_data")
    [ "$owner" = "$user" ] || fail 1 "The folder $wish_data belongs to $owner, and Floe runs as \"$user\", who must own its folder. Choose another with --data, or remove it if nothing in it is needed."
    case $(stat -c %A "$wish_data") in
      ??w*) [ -w "$wish_data" ] || fail 1 "$wish_data lies on a file system that is read-only. Choose another with --data." ;;
    esac
  fi
  above=$(dirname -- "$wish_data")
  while [ ! -e "$above" ]; do above=$(dirname -- "$above"); done
  if [ ! -e "$wish_data" ]; then
    [ -d "$above" ] && [ -w "$above" ] || fail 1 "$wish_data cannot be made: $(id -un) may not write in $above, or it is read-only. Choose another with --data."
  fi
  [ "$user" = "$(id -un)" ] || check_way "$above"
}

# check_way FOLDER: every folder on the way down lets the product's user through.
check_way() {
  way=$1
  while :; do
    case $(stat -c %A "$way") in
      *[xt]) ;;
      *)
        [ "$(stat -c %U "$way")" = "$user" ] ||
          fail 1 "$wish_data cannot be used: Floe runs as the user \"$user\", who does not get through $way. Choose another with --data, for example /srv/floe."
        ;;
    esac
    [ "$way" != / ] || return 0
    way=$(dirname -- "$way")
  done
}

foreign_system() {
  for program in qemu-system-x86_64 qemu-system-aarch64; do
    if command -v "$program" >/dev/null; then have_qemu=yes; fi
  done
  if [ -n "${have_qemu:-}" ] && command -v libvirtd >/dev/null && command -v initdb >/dev/null; then return 0; fi
  say 'Floe installs packages on Debian and Ubuntu only. Install these here, by the names your distribution gives them,'
  say 'and run "floe up" again on a system of that kind:'
  say '  QEMU (system emulation, qemu-img, the SPICE and block modules), libvirt (daemon, QEMU driver, clients),'
  say '  PostgreSQL 15 or newer (server), ca-certificates, openssl'
  exit 1
}

# A socket file proves nothing: somebody has to answer on it, be it with a refusal.
libvirt_answers() {
  command -v virsh >/dev/null || return 1
  answer=$(LC_ALL=C timeout 10 virsh -q -r -c qemu:///system uri 2>&1 </dev/null) && return 0
  case $answer in '' | *'Failed to connect socket'*) return 1 ;; esac
}

# Where no udev gives /dev/kvm to its group, QEMU's user may not open it although root may: KVM is lost, and libvirt asks
# QEMU for its abilities anew at each call, which takes seconds. A device node is no configuration: it goes with a restart.
kvm_is_shut() {
  [ -c /dev/kvm ] && [ ! -e /run/udev/control ] || return 1
  [ "$(stat -c '%G %A' /dev/kvm | cut -c 1-11)" != 'kvm crw-rw-' ] && [ "$(stat -c %A /dev/kvm | cut -c 8-9)" != rw ]
}
