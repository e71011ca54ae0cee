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

# The unit as it is, by systemd itself: its hardening is nowhere else. Where the machine lets no system start inside it,
# that is said.
boot() { # the process that systemd has outside goes to $leader
  sed -i 's|^port = .*|port = 0\ntls_certificate = "/etc/cohort/tls/chain.pem"\ntls_key = "/etc/cohort/tls/key.pem"|' \
    "$root/etc/cohort/cohort.toml"
  inside install -d -m 0750 -g cohort /etc/cohort/tls
  certificate before
  systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --console=pipe >"$work/boot.log" 2>&1 &
  container=$!
  trap 'kill -9 $container' EXIT
  for _ in $(seq 100); do
    leader=$(pgrep -P "$container") && within systemctl is-system-running --wait >/dev/null 2>&1 && return
    kill -0 "$container" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

within() { nsenter -t "$leader" -m -p -u -i "$@"; }
journal() { within journalctl -u cohort -o cat --no-pager; }

certificate() { # NAME: whom the server's certificate names from now on
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$work/key.pem" -out "$work/chain.pem" 2>/dev/null
  install -m 0640 -g "$(stat -c %g "$root/etc/cohort/tls")" "$work/key.pem" "$work/chain.pem" "$root/etc/cohort/tls/"
}

take_certificate_away() { rm -r "$root/etc/cohort/tls"; } # whoever made it: a purge does not

certified() { openssl s_client -connect "$address" </dev/null 2>/dev/null | openssl x509 -noout -subject; }

try_unit() {
  if ! boot; then
    echo "   the unit was not run: no system can be started inside this machine"
    kill -9 "$container" 2>/dev/null || true
    trap - EXIT
    take_certificate_away
    return
  fi
  address=$(journal | sed -n 's|.* is ready at https://\(.*\)/$|\1|p' | tail -1)
  [ -n "$address" ] || { journal; fail "systemd does not start the server"; }
  grep -q '^Seccomp:\s*2' "/proc/$(pgrep -P "$leader" -f 'cohort serve')/status" || fail "the server runs without the unit's filter"
  (while [ ! -e "$work/enough" ]; do curl -sk -o /dev/null -w '%{http_code}\n' "https://$address/healthz"; done >"$work/answers") &
  local asker=$!
  within systemctl reload cohort
  until [ "$(journal | grep -c 'server.started')" = 2 ]; do sleep 0.1; done
  certificate after
  until [ "$(certified)" = "subject=CN = after" ]; do sleep 0.1; done
  touch "$work/enough"
  wait "$asker"
  [ "$(sort -u "$work/answers")" = 200 ] || { sort "$work/answers" | uniq -c; fail "a reload or a new certificate cost an answer"; }
  [ "$(within systemctl show cohort -P NRestarts)" = 0 ] || fail "systemd had to start the server again"
  within systemctl stop cohort
  kill "$container"
  wait "$container" || true
  trap - EXIT
  take_certificate_away
  echo "   cohort: under systemd and its unit a reload and a new certificate cost none of $(wc -l <"$work/answers") answers"
}

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
  try_unit
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
