#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts a Node that the web tools accept (>= 20.19) on PATH.
#
#   . tools/node.sh        # from a script: PATH changes where a Node had to be fetched
#   tools/node.sh          # by hand: prints the folder that holds node and npm
#
# A good enough Node on PATH is used as it is. Otherwise Node comes from the npm registry, pinned,
# into .tools/node; Debian's own npm (18 is too old to build with, but good enough to fetch) does
# the fetching and is installed first where it is missing.

cohort_node_version=22.23.3
cohort_npm_version=10.9.4

cohort_node_is_good() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number);
                 process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

cohort_install_npm() {
    local sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    echo "node: no npm here; installing Debian's to fetch Node $cohort_node_version" >&2
    $sudo apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends npm >&2
}

cohort_fetch_node() {
    local folder="$1" machine
    case "$(uname -m)" in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) echo "node: no prebuilt Node for $(uname -m); put Node 20.19 or newer on PATH" >&2
           return 1 ;;
    esac
    command -v npm >/dev/null 2>&1 || cohort_install_npm || return 1
    echo "node: fetching Node $cohort_node_version into $folder" >&2
    rm -rf "$folder.part"
    mkdir -p "$folder.part"
    # A package.json of its own keeps npm from looking for one further up.
    echo '{"private": true}' >"$folder.part/package.json"
    npm install --prefix "$folder.part" --no-audit --no-fund --no-package-lock --ignore-scripts \
        --loglevel=error \
        "node-linux-$machine@$cohort_node_version" "npm@$cohort_npm_version" >&2 || return 1
    mkdir -p "$folder.part/bin"
    ln -s "../node_modules/node-linux-$machine/bin/node" "$folder.part/bin/node"
    ln -s ../node_modules/npm/bin/npm-cli.js "$folder.part/bin/npm"
    ln -s ../node_modules/npm/bin/npx-cli.js "$folder.part/bin/npx"
    "$folder.part/bin/node" --version >/dev/null || return 1
    # The folder appears whole or not at all, so a broken download is fetched again.
    rm -rf "$folder"
    mv "$folder.part" "$folder"
}

cohort_use_node() {
    local root folder
    root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
    folder="$root/.tools/node-$cohort_node_version"
    cohort_node_is_good && return 0
    [ -x "$folder/bin/node" ] || cohort_fetch_node "$folder" || return 1
    PATH="$folder/bin:$PATH"
    export PATH
    # This Node brings its own list of authorities; a hospital whose proxy looks into TLS has put its
    # own beside the system's.
    local trusted=/etc/ssl/certs/ca-certificates.crt
    [ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -r "$trusted" ] || export NODE_EXTRA_CA_CERTS="$trusted"
    cohort_node_is_good || { echo "node: the fetched Node does not run" >&2; return 1; }
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -eu
    cohort_use_node
    dirname "$(command -v node)"
else
    cohort_use_node
fi
