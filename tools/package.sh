#!/usr/bin/env bash
# tools/package.sh BUILD: weft's Debian package, tried where nothing else is. Called by ./dev package, as root.
# Makes a Debian 12 with a compiler and cmake and nothing more, lets apt install the package there with what it
# depends on and recommends, and builds and runs the project in its documents by find_package and by pkg-config.
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$build/package
root=$work/root

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"; }

rm -rf "$work"
mkdir -p "$work"
(cd "$work" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work" >cpack.log) || { cat "$work/cpack.log"; exit 1; }
package=$(basename "$work"/libweft-dev_*.deb)
echo "   $package, $(stat -c %s "$work/$package") bytes"

# shellcheck disable=SC2016  # $1 is mmdebstrap's
mmdebstrap --quiet --variant=apt --include=g++,cmake,ninja-build --aptopt='APT::Install-Recommends "false"' \
  --customize-hook="upload $work/$package /root/$package" \
  --customize-hook='chroot "$1" apt-get -qq -y -o APT::Install-Recommends=true install /root/'"$package >$work/apt.log" \
  bookworm "$root" || { cat "$work/apt.log"; exit 1; }
echo "   installed into a root of $(inside dpkg-query -W | wc -l) packages"

mkdir -p "$root/root/weft/runtime/test/package"
cp runtime/test/package/check.sh "$root/root/weft/runtime/test/package/"
ln -s /usr/share/doc/libweft-dev/examples "$root/root/weft/runtime/examples"
inside /root/weft/runtime/test/package/check.sh find_package /usr /root/found
inside /root/weft/runtime/test/package/check.sh pkg_config /usr /root/configured
inside apt-get -qq -y purge libweft-dev >>"$work/apt.log"
[ -z "$(find "$root/usr" -name '*weft*')" ] || { echo "the package leaves files behind"; exit 1; }
rm -rf "$root"
echo "   built, ran, and left nothing behind"
