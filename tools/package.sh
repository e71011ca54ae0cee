#!/usr/bin/env bash
# tools/package.sh BUILD: the Debian packages, tried where nothing else is. Called by ./dev package, as root.
# Makes a Debian 12 with a compiler, cmake and systemd and nothing more, and lets apt install the packages there with
# what they depend on. weft's: the project in its documents is built and run, by find_package and by pkg-config.
# Cohort's: its unit is checked, and the server is started as the unit says, used, stopped and taken away.
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$build/package
root=$work/root

enter=(chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root)
inside() { "${enter[@]}" "$@"; }
fail() {
  echo "$*" >&2
  exit 1
}

make_packages() {
  rm -rf "$work"
  mkdir -p "$work"
  (cd "$work" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work" >cpack.log) || { cat "$work/cpack.log"; exit 1; }
  weft=$(basename "$work"/libweft-dev_*.deb)
  cohort=$(basename "$work"/cohort_*.deb)
  echo "   $weft, $(stat -c %s "$work/$weft") bytes; $cohort, $(stat -c %s "$work/$cohort") bytes"
}

make_root() {
  # shellcheck disable=SC2016  # $1 is mmdebstrap's
  mmdebstrap --quiet --variant=apt --include=g++,cmake,ninja-build,systemd,curl --aptopt='APT::Install-Recommends "false"' \
    --customize-hook="upload $work/$weft /root/$weft" --customize-hook="upload $work/$cohort /root/$cohort" \
    --customize-hook='chroot "$1" apt-get -qq -y -o APT::Install-Recommends=true install /root/'"$weft >$work/apt.log" \
    --customize-hook='chroot "$1" apt-get -qq -y install /root/'"$cohort >>$work/apt.log" \
    bookworm "$root" || { cat "$work/apt.log"; exit 1; }
  echo "   installed into a root of $(inside dpkg-query -W | wc -l) packages"
}

try_weft() {
  mkdir -p "$root/root/weft/runtime/test/package"
  cp runtime/test/package/check.sh "$root/root/weft/runtime/test/package/"
  ln -s /usr/share/doc/libweft-dev/examples "$root/root/weft/runtime/examples"
  inside /root/weft/runtime/test/package/check.sh find_package /usr /root/found
  inside /root/weft/runtime/test/package/check.sh pkg_config /usr /root/configured
  inside apt-get -qq -y purge libweft-dev >>"$work/apt.log"
  [ -z "$(find "$root/usr" -name '*weft*')" ] || fail "weft's package leaves files behind"
  echo "   weft: built, ran, and left nothing behind"
}

# A line of the unit, such as ExecStart=.
unit() { sed -n "s/^$1=//p" "$root/usr/lib/systemd/system/cohort.service"; }

serve() { # starts what the unit says, as whom it says; the server's address goes to $address, its process to $server
  local line=""
  rm -f "$work/said"
  mkfifo "$work/said"
  # shellcheck disable=SC2046  # the words of the command
  "${enter[@]}" setpriv --reuid="$(unit User)" --regid="$(unit Group)" --init-groups $(unit ExecStart) --port 0 \
    >"$work/said" 2>"$work/server.log" &
  server=$!
  trap 'kill -9 $server' EXIT
  exec 3<"$work/said"
  while read -r -t 60 line <&3; do
    case "$line" in *" is ready at "*) break ;; esac
  done
  address=${line##* is ready at }
  [ -n "$address" ] || { cat "$work/server.log"; fail "the installed server did not start"; }
}

stop() {
  kill -TERM "$server"
  wait "$server" || fail "the installed server ended with $?"
  trap - EXIT
  exec 3<&-
}

ask() { curl -sS --fail-with-body -o "$work/answer" -w '%{http_code} ' "$@"; }

try_cohort() {
  inside systemd-analyze verify --man=no cohort.service
  inside systemd-analyze security --offline=yes --threshold=20 --no-pager cohort.service >"$work/security.txt" ||
    { cat "$work/security.txt"; fail "the unit leaves the server more than it needs"; }
  tail -1 "$work/security.txt" | sed 's/^→/  /'
  printf '%s' 'a long enough Passphrase 7' >"$root/root/password"
  # As root, as an administrator types it; what it makes is the server's.
  inside sh -c 'cohort user add it@hospital --name "Hospital IT" --organisation Riverside --password-stdin </root/password' >/dev/null
  inside cohort user grant it@hospital admin >/dev/null
  [ -z "$(find "$root/var/lib/cohort" ! -user "$(stat -c %u "$root/var/lib/cohort")")" ] || fail "root owns a part of the store"
  serve
  ask "$address" && grep -q '<div id="root"' "$work/answer" || fail "the first page is not there"
  ask "$address/healthz"
  ask -X POST -H 'content-type: application/json' -H "origin: ${address%/}" \
    -d '{"login":"it@hospital","password":"a long enough Passphrase 7"}' "${address%/}/api/v1/session"
  stop
  inside cohort backup /var/lib/cohort/backup >/dev/null
  inside cohort verify-audit >/dev/null
  inside apt-get -qq -y purge cohort >>"$work/apt.log" 2>&1
  [ -z "$(find "$root/usr" "$root/etc" "$root/lib" -name '*cohort*' ! -name 'passwd*' -print -quit)" ] || fail "cohort's package leaves files behind"
  [ -s "$root/var/lib/cohort/cohort.db" ] || fail "a purge took the studies' records"
  echo
  echo "   cohort: started as its unit says, answered, stopped, and left the records alone"
}

make_packages
make_root
try_weft
try_cohort
rm -rf "$root"
