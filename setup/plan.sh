# What "floe up" is going to do: decided from the facts, printed, and done from one list of names.

# Sets plan, the names of the steps in their order, and plan_serve, why Floe has to be started or started anew. From
# fact_*, wish_* and plan_address alone.
decide_plan() {
  plan='' plan_serve=''
  [ -z "$fact_missing" ] || plan="$plan packages"
  [ -z "$fact_user" ] || plan="$plan user"
  [ -z "$fact_group" ] || plan="$plan group"
  [ -z "$fact_kvm" ] || plan="$plan kvm"
  [ -z "$fact_node" ] || plan="$plan node"
  [ -z "$fact_build" ] || plan="$plan build"
  if [ -z "$fact_floe" ]; then
    plan_serve=start
  elif [ -n "$fact_build$fact_program" ]; then
    plan_serve=build
  fi
  # Another address, or another certificate, is asked about whether Floe runs or not.
  if [ -n "$fact_config" ] && [ "$plan_address" != "$fact_listen" ]; then
    plan_serve=address
  elif [ -n "$fact_config" ] && [ -n "$wish_cert" ] && [ "$wish_cert" != "$fact_cert" ]; then
    plan_serve=certificate
  fi
  [ -z "$plan_serve$fact_libvirt" ] || plan="$plan libvirt"
  case $fact_database in none | stopped) plan="$plan database" ;; esac
  [ -n "$fact_parts" ] || [ "$wish_sample" = no ] || plan="$plan sample-parts"
  [ -z "$plan_serve" ] || plan="$plan floe"
  [ -n "$fact_host" ] && [ "$fact_database" != none ] || plan="$plan host"
  [ -n "$fact_sample" ] || [ "$wish_sample" = no ] || plan="$plan sample-vm"
  [ -n "$fact_password" ] && [ "$fact_database" != none ] || plan="$plan password"
  plan=${plan# }
}

# Starting what is set up already, as after each boot, needs no yes again; everything else does.
needs_yes() {
  for name in $plan; do
    case $name in
      libvirt | kvm) ;;
      database) [ "$fact_database" != none ] || return 0 ;;
      floe) [ "$plan_serve" = start ] || return 0 ;;
      *) return 0 ;;
    esac
  done
  return 1
}

needs_root() {
  case " $plan " in *' packages '* | *' group '* | *' kvm '*) return 0 ;; esac
  case " $plan " in *' libvirt '*) [ -n "$fact_libvirt" ] || return 1 ;; *) return 1 ;; esac
}

with_sudo() { [ "$(id -u)" = 0 ] || printf ' (with sudo)'; }

show_plan() {
  if [ -z "$plan" ]; then
    say "Floe runs already, set up in $wish_data: there is nothing to do."
    return 0
  fi
  if needs_yes; then
    say "To run Floe as the user \"$user\", with its data in $wish_data, this will be done:"
  else
    say "Everything is installed and set up in $wish_data: nothing to do but to start Floe:"
  fi
  say
  number=0
  for name in $plan; do
    number=$((number + 1))
    printf '  %2d. %s.\n' "$number" "$(describe "$name")"
  done
}

# describe NAME: what a step does to this machine, for the plan.
describe() {
  case $1 in
    packages)
      [ -z "$fact_interrupted" ] || printf 'Finish the installation that was interrupted here (dpkg --configure -a)%s. ' "$(with_sudo)"
      printf '%s' "Install the packages$(with_sudo) $fact_missing, and what they need; upgrade nothing"
      ;;
    user) printf '%s' 'Make the system user "floe" with a group of the same name, which Floe runs as' ;;
    group) printf '%s' "Make \"$user\" a member of the group \"libvirt\"$(with_sudo): it may then manage this machine's virtual machines" ;;
    kvm) printf '%s' "Give /dev/kvm to the group \"kvm\"$(with_sudo), as udev would if it ran here: QEMU may not open it now" ;;
    node) printf '%s' "Fetch Node $node_version and the libraries of package-lock.json into $root" ;;
    build) printf '%s' "Build Floe into $root/dist" ;;
    libvirt)
      if [ -n "$fact_libvirt" ]; then printf '%s' "Start libvirt$(with_sudo); its configuration stays as it is"; else printf '%s' 'Attach to libvirt, which runs'; fi
      ;;
    database)
      if [ "$fact_database" = none ]; then printf '%s' "Make $wish_data, with a PostgreSQL cluster of Floe's own (on a Unix socket, no port), and start it"; else printf '%s' 'Start the database'; fi
      ;;
    sample-parts) printf '%s' "Download a kernel and busybox for the sample virtual machine into $wish_data/cache (nothing of it is installed)" ;;
    floe) describe_serve ;;
    host) printf '%s' 'Add this machine as the first host: make a storage pool of Floe'\''s own below /var/lib/libvirt/images, and try with a tiny guest, for seconds, whether KVM works' ;;
    sample-vm) printf '%s' 'Make and start the sample virtual machine "welcome" (256 MiB of memory; "welcome-2" where that name is taken)' ;;
    password) printf '%s' 'Give the administrator a one-time password' ;;
  esac
}

describe_serve() {
  how=''
  if ! is_loopback "$plan_address"; then
    how=', by HTTPS'
    [ -n "$wish_cert" ] || case $fact_cert in '' | "$wish_data/tls/"*) how=', by HTTPS with a certificate of its own authority' ;; esac
  fi
  case $plan_serve in
    start) printf '%s' "Start Floe at $plan_address$how" ;;
    build) printf '%s' "Start Floe anew at $plan_address, as another build of it runs; virtual machines stay running" ;;
    address) printf '%s' "Start Floe at $plan_address$how, instead of $fact_listen; virtual machines stay running" ;;
    certificate) printf '%s' "Start Floe anew at $plan_address with the certificate $wish_cert; virtual machines stay running" ;;
  esac
}

# Each step looks again at what it would do: a run that was killed anywhere is mended by the next. The steps of the
# program, which come last, are its own.
run_plan() {
  [ ! -e "$no_main_cluster" ] || allow_main_cluster
  for name in $plan; do
    case $name in
      packages)
        step packages "Installing packages: $fact_missing"
        # shellcheck disable=SC2086
        install_packages $fact_missing
        ;;
      user)
        step user 'Making the user "floe"'
        make_product_user
        ;;
      group)
        step group "Making \"$user\" a member of \"libvirt\""
        as_root usermod -a -G libvirt "$user"
        ;;
      kvm)
        step kvm 'Giving /dev/kvm to the group "kvm"'
        open_kvm
        ;;
      node)
        step node "Fetching Node $node_version and the libraries"
        ensure_node
        ensure_libraries
        ;;
      build)
        step build 'Building Floe'
        ensure_build
        ;;
    esac
  done
}

open_kvm() {
  if getent group kvm >/dev/null; then as_root sh -c 'chgrp kvm /dev/kvm && chmod 0660 /dev/kvm'; fi
}
