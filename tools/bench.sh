#!/usr/bin/env bash
# tools/bench.sh [weft|cost|store|report|rates|server|overload]: figures of one part, or of all. Called by ./dev bench.
# Quote ratios, not absolute numbers, from a machine that does other work.
set -euo pipefail
cd "$(dirname "$0")/.."

show() { printf '\n== %s\n' "$*"; }

bench() { # TARGET [OPTION...]: a program of google-benchmark's, as a table without its preamble
  cmake --build build/release --target "$1" -- --quiet
  "build/release/$1" --benchmark_counters_tabular=true "${@:2}" 2>/dev/null
}

weft() {
  show "weft"
  if [ -x runtime/bench/run.sh ]; then runtime/bench/run.sh "$@"; else echo "no figures yet"; fi
}

# weft beside itself: diagnosis off, by default, and all of it.
cost() {
  show "what diagnosis costs"
  cmake --build build/release --target weft_bench -- --quiet
  python3 runtime/bench/cost.py "$@"
}

store() {
  show "store: durable units, and reads"
  bench cohort_platform_db_bench
}

report() {
  show "report: PDF files a second, each another one; the aim is 139 a second and core"
  bench cohort_report_bench
}

rates() {
  show "response rates: one count of 300 sites with 1,000 patients each, and of one of the sites"
  bench tests_integration_bench --benchmark_filter=count_rates
}

# What stands beside the server: the least a program can do, Node, and the same endpoint in Go with
# gin of Debian's packages; nothing where they or Go are missing.
build_peers() {
  mkdir -p build/peers
  PEERS=$PWD/build/peers
  export PEERS
  g++ -std=c++20 -O2 -o build/peers/epoll tests/integration/peers/epoll/main.cpp
  cp tests/integration/peers/node/plain.mjs build/peers/
  command -v go >/dev/null && [ -d /usr/share/gocode/src/github.com/gin-gonic/gin ] || return 0
  (cd tests/integration/peers/gin && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' GOTOOLCHAIN=local \
    go build -tags libsqlite3 -o "$PEERS/gin" .)
  GIN_PEER=$PEERS/gin
  export GIN_PEER
  echo "gin: $(dpkg-query -W -f='${Version}' golang-github-gin-gonic-gin-dev), $(go version)"
}

server() {
  show "server: durable form saves over HTTP, beside gin; a plain GET; the disk alone; the second start"
  build_peers
  cmake --build build/release --target apps_cohort -- --quiet
  bench tests_integration_bench --benchmark_filter='-count_rates|flood'
}

overload() {
  show "overload: p99 of four sites while a fifth sends five times what the server can do (OVERLOAD_SECONDS each round)"
  cmake --build build/release --target apps_cohort -- --quiet
  bench tests_integration_bench --benchmark_filter=flood
}

case "${1:-all}" in
  weft | cost) "$@" ;;
  store | report | rates | server | overload) "$1" ;;
  all) weft && cost && store && report && rates && server && overload ;;
  *)
    echo "bench: there is no part '$1'; there are weft, cost, store, report, rates, server and overload" >&2
    exit 64
    ;;
esac
