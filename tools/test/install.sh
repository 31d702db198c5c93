#!/bin/sh
# Installs what the tests need beside what Floe itself needs: ROOT PACKAGES…. Waits for a held lock, upgrades nothing.
set -eu
root=$1
shift
for part in say people packages; do
  # shellcheck source=/dev/null
  . "$root/setup/$part.sh"
done
is_debian_like || fail 1 "Only Debian and Ubuntu get their packages by themselves. Install these by hand: $(needed_packages 127.0.0.1:0 '' | tr '\n' ' ')$*"
missing=''
for package in $(needed_packages 127.0.0.1:0 '') "$@"; do
  is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
note "Installing what the tests need:$missing"
# shellcheck disable=SC2086
install_packages $missing
