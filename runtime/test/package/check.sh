#!/usr/bin/env bash
# Packages weft as a stranger would get it, and uses it as a stranger would.
#
# check.sh install BUILD PREFIX       cmake --install; what lies there is complete and weft's only
# check.sh deb BUILD ROOT             makes the .deb and lets dpkg install it into an empty root; it
#                                     refuses when a package that it depends on is not on this machine
# check.sh find_package PREFIX WORK   builds and runs runtime/examples/consume against PREFIX
# check.sh pkg_config PREFIX WORK     the same with a compiler and pkg-config alone
# check.sh subdirectory SOURCE WORK   the same with weft as a part of the project's own build
# check.sh symbols LIBRARY...         what others link against carries the ABI's number
set -euo pipefail
source=$(cd "$(dirname "$0")/../../.." && pwd)
consume=$source/runtime/examples/consume
jobs=$(nproc)

fail() {
  echo "$*" >&2
  exit 1
}

headers_of() { (cd "$1" && find weft -name '*.h' | sort); }

# The folder of libraries below PREFIX: lib, lib64 or lib/<machine>.
libraries_of() { dirname "$(find "$1" -name libweft.a)"; }

complete() { # PREFIX
  diff <(headers_of "$1/include") \
    <({ headers_of "$source/runtime/include"; headers_of "$source/weft_tls/include"; } | sort) ||
    fail "the installed headers are not those of the source"
  local lib
  lib=$(libraries_of "$1")
  for file in libweft.a libweft_tls.a pkgconfig/weft.pc pkgconfig/weft_tls.pc cmake/weft/weft-config.cmake; do
    [ -s "$lib/$file" ] || fail "$file is not installed"
  done
  if grep -rIl -e "$source" "$1"; then fail "these name the folder that weft was built in"; fi
}

install() { # BUILD PREFIX
  rm -rf "$2"
  cmake --install "$1" --component weft --prefix "$2" >/dev/null
  complete "$2"
}

deb() { # BUILD ROOT
  rm -rf "$2" "$2.packages"
  mkdir -p "$2/var/lib/dpkg/updates" "$2/var/lib/dpkg/info" "$2.packages"
  (cd "$2.packages" && cpack -G DEB --config "$1/CPackConfig.cmake" -B "$PWD" >cpack.log) ||
    { cat "$2.packages/cpack.log" && fail "cpack failed"; }
  local packages=("$2.packages"/libweft-dev_*.deb)
  [ ${#packages[@]} = 1 ] && [ -s "${packages[0]}" ] || fail "there is not one package: ${packages[*]}"
  # dpkg sees the packages of this machine, and an empty root.
  cp /var/lib/dpkg/status "$2/var/lib/dpkg/status"
  [ ! -e /var/lib/dpkg/arch ] || cp /var/lib/dpkg/arch "$2/var/lib/dpkg/arch"
  dpkg --root="$2" --force-not-root --force-bad-path --log="$2.packages/dpkg.log" \
    --install "${packages[0]}" >"$2.packages/install.log" 2>&1 ||
    { cat "$2.packages/install.log" && fail "dpkg refuses the package"; }
  dpkg --root="$2" --audit
  complete "$2/usr"
}

expect_output() { # SOURCE PROGRAM
  sed -n '/^\/\/ Output:/,$p' "$1" | tail -n +2 | sed 's|^// \{0,1\}||' >"$2.expected"
  "$2" >"$2.printed" || fail "$2 ended with $?"
  diff "$2.expected" "$2.printed" || fail "$2 does not print what $1 says"
}

run_all() { # WORK
  expect_output "$consume/main.cpp" "$1/consume"
  expect_output "$consume/shared.cpp" "$1/consume_shared"
}

build_consume() { # WORK ARGUMENT...
  local work=$1
  shift
  rm -rf "$work"
  cmake -G Ninja -S "$consume" -B "$work" -DCMAKE_BUILD_TYPE=Release "$@" >"$work.log" || { cat "$work.log" && fail "it does not configure"; }
  cmake --build "$work" -j "$jobs" >>"$work.log" || { cat "$work.log" && fail "it does not build"; }
  run_all "$work"
}

find_package() { # PREFIX WORK
  build_consume "$2" -DCMAKE_PREFIX_PATH="$1" -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror"
  grep -q "weft_DIR:PATH=$1" "$2/CMakeCache.txt" || fail "it found another weft"
}

pkg_config() { # PREFIX WORK
  rm -rf "$2"
  mkdir -p "$2"
  local lib
  lib=$(libraries_of "$1")
  export PKG_CONFIG_PATH=$lib/pkgconfig
  local flags tls compile=(g++ -std=c++20 -O2 -Wall -Wextra -Wpedantic -Werror)
  read -ra flags <<<"$(pkg-config --cflags --libs weft)"
  read -ra tls <<<"$(pkg-config --cflags --libs weft_tls)"
  "${compile[@]}" "$consume/main.cpp" -o "$2/consume" "${tls[@]}"
  "${compile[@]}" -fPIC -shared "$consume/ward.cpp" -o "$2/libward.so" "${flags[@]}"
  "${compile[@]}" "$consume/shared.cpp" -o "$2/consume_shared" -L"$2" -lward -Wl,-rpath,"$2"
  run_all "$2"
}

subdirectory() { # SOURCE WORK
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_C_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$1 CCACHE_NOHASHDIR=1
  fi
  build_consume "$2" -DWEFT_SOURCE="$1" -DCMAKE_BUILD_TYPE=Debug
}

symbols() { # LIBRARY...
  # Strong ones must be of the ABI; what the compiler instantiates for weft's types must name it too.
  local defined strange
  defined=$(nm --quiet --defined-only --extern-only "$@")
  strange=$(awk '
    $2 ~ /^[A-Z]$/ && $3 !~ /4weft4abi1|^weft_abi1_/ && ($2 !~ /[VW]/ || $3 ~ /4weft/) { print $3 }' <<<"$defined")
  [ -z "$strange" ] || fail "these symbols would meet those of another weft: $strange"
  grep -q 4weft4abi1 <<<"$defined" || fail "there are no symbols of weft"
}

"$@"
