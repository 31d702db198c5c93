# What "floe up" is going to do: found out first, shown whole, then done line by line.

# One line for each thing that is missing on this machine; empty where nothing is.
collect_facts() { # DATA LISTEN INSTALL CERT SAMPLE
  data=$1
  user=$(product_user)
  plan_missing='' plan_user='' plan_group='' plan_node='' plan_build='' plan_libvirt='' plan_data='' plan_sample='' plan_kvm=''
  if is_debian_like; then
    plan_missing=$(missing_packages "$2" "$4" | tr '\n' ' ')
    plan_missing=${plan_missing% }
  else
    foreign_system
  fi
  [ -z "$plan_missing" ] || [ "$3" = yes ] ||
    fail 1 "These packages are missing and --no-install was given: $plan_missing. Install them (apt-get install --no-install-recommends $plan_missing) and run it again."
  [ "$(id -u)" != 0 ] || getent passwd floe >/dev/null || plan_user=yes
  is_member "$user" libvirt || [ "$user" = root ] || plan_group=yes
  find_node || plan_node=yes
  have_libraries || plan_node=yes
  have_build || plan_build=yes
  libvirt_answers || plan_libvirt=yes
  kvm_is_shut && plan_kvm=yes
  [ -f "$data/floe.json" ] && [ -f "$data/db/PG_VERSION" ] || plan_data=yes
  [ -f "$data/cache/sample/vmlinuz" ] || [ "$5" = no ] || plan_sample=yes
  # Better now than half way through.
  [ -z "$plan_node$plan_build" ] || writable_clone
  if [ -n "$plan_missing$plan_group" ] && [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    fail 1 "This needs root once, and there is no sudo here. As root, run: ${plan_missing:+apt-get install --no-install-recommends $plan_missing; }${plan_group:+usermod -a -G libvirt $user}"
  fi
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

open_kvm() {
  if getent group kvm >/dev/null; then as_root sh -c 'chgrp kvm /dev/kvm && chmod 0660 /dev/kvm'; fi
}

needs_root() { if [ "$(id -u)" = 0 ]; then printf ''; else printf ' (with sudo)'; fi; }

# Every line that will change something on the machine. The steps that only start Floe come after these and are few.
show_plan() {
  plan_steps=0 plan_step=0
  # Starting libvirt alone is no change that needs a yes again: a machine without systemd needs it after each boot.
  if [ -n "$plan_missing$plan_user$plan_group$plan_node$plan_build$plan_data$plan_sample" ]; then
    say "To run Floe as the user \"$user\", with its data in $data, this will be done:"
    say
    [ -z "$plan_missing" ] || plan_line "Install the packages$(needs_root) $plan_missing, and what they need; upgrade nothing"
    [ -z "$plan_user" ] || plan_line 'Make the system user "floe" with a group of the same name, which Floe runs as'
    [ -z "$plan_group" ] || plan_line "Make \"$user\" a member of the group \"libvirt\"$(needs_root): it may then manage this machine's virtual machines"
    [ -z "$plan_node" ] || plan_line "Fetch Node $node_version and the libraries of package-lock.json into $root"
    [ -z "$plan_build" ] || plan_line "Build Floe into $root/dist"
    [ -z "$plan_kvm" ] || plan_line "Give /dev/kvm to the group \"kvm\"$(needs_root), as udev would if it ran here: QEMU may not open it now"
    [ -z "$plan_libvirt" ] || plan_line "Start libvirt$(needs_root); its configuration stays as it is"
    [ -z "$plan_data" ] || plan_line "Make $data, with a PostgreSQL cluster of Floe's own (on a Unix socket, no port)"
    [ -z "$plan_sample" ] || plan_line "Download a kernel and busybox for the sample virtual machine into $data/cache (nothing of it is installed)"
    plan_line "Start Floe, add this machine as its first host, and try whether KVM works here"
    [ -z "$plan_sample" ] || plan_line 'Start the sample virtual machine "welcome" (256 MiB of memory)'
  else
    say "Everything is installed and set up in $data: nothing to do but to start ${plan_libvirt:+libvirt$(needs_root) and }Floe."
  fi
  # The program's own steps: libvirt, database, sample parts, Floe, host, sample, password.
  plan_total=7
  for line in "$plan_missing" "$plan_user" "$plan_group" "$plan_kvm" "$plan_node" "$plan_build"; do
    [ -z "$line" ] || plan_total=$((plan_total + 1))
  done
}

plan_line() {
  plan_steps=$((plan_steps + 1))
  printf '  %2d. %s.\n' "$plan_steps" "$1"
}

# Each step looks again at what it would do: a run that was killed anywhere is mended by the next.
run_plan() {
  [ ! -e "$no_main_cluster" ] || allow_main_cluster
  if [ -n "$plan_missing" ]; then
    step "Installing packages: $plan_missing"
    # shellcheck disable=SC2086
    install_packages $plan_missing
  fi
  if [ -n "$plan_user" ]; then
    step 'Making the user "floe"'
    make_product_user
  fi
  if [ -n "$plan_group" ]; then
    step "Making \"$user\" a member of \"libvirt\""
    as_root usermod -a -G libvirt "$user"
  fi
  if [ -n "$plan_kvm" ]; then
    step 'Giving /dev/kvm to the group "kvm"'
    open_kvm
  fi
  if [ -n "$plan_node" ]; then
    step "Fetching Node $node_version and the libraries"
    ensure_node
    ensure_libraries
  fi
  if [ -n "$plan_build" ]; then
    step 'Building Floe'
    ensure_build
  fi
}
