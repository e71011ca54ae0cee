#!/usr/bin/env bash
# with_postgres.sh PROGRAM...: runs it beside a PostgreSQL server of its own, in a temporary folder, reached through
# a socket there. PostgreSQL refuses to run as root; then it runs as the user that its package made.
set -euo pipefail
folder=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres "$folder"
fi
server=$(dirname "$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)")

run() { "${as[@]}" env -C "$folder" LC_ALL=C "$server/$@"; }
finish() {
  run pg_ctl -D "$folder/data" -m immediate stop >/dev/null || true
  rm -rf "$folder"
}

run initdb -D "$folder/data" -U ward -A trust --no-sync >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
trap finish EXIT
run pg_ctl -D "$folder/data" -w -l "$folder/data/log" -o "-F -k '$folder' -c listen_addresses=''" start >"$folder/log" ||
  { cat "$folder/log" "$folder/data/log" >&2; exit 1; }
PGHOST=$folder PGUSER=ward PGDATABASE=postgres "$@"
