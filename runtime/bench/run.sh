#!/usr/bin/env bash
# Builds weft's bench programs and Go's versions of them, runs them by turns and compares.
# run.sh [--rows REGEX] [--rounds N] [--tries N] [--workers 1,2]; without a filter it writes the page runtime/docs/figures.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
fi
go=$(command -v go || echo /usr/lib/go-1.23/bin/go) # Debian's newer Go stands beside the path
[ -x "$go" ] || { echo "bench: Go 1.23 or newer is needed" >&2; exit 69; }
mkdir -p build
cmake --preset release >build/bench-configure.log || { cat build/bench-configure.log >&2; exit 1; }
cmake --build build/release --target weft_bench | { grep -vE '^(\[|ninja: no work)' || true; }
if grep -q '^build fiber_bench: phony' build/release/build.ninja; then
  cmake --build build/release --target fiber_bench | { grep -vE '^(\[|ninja: no work)' || true; }
fi
(cd runtime/bench/peers/go && "$go" build -o "$OLDPWD/build/go_bench" .)
GO_VERSION=$("$go" env GOVERSION) exec python3 runtime/bench/compare.py "$@"
