#!/bin/bash
# Builds what a release publishes: release.sh FOLDER. RELEASE.md beside this file says what it needs and why.
set -euo pipefail
out=$(readlink -f "${1:?a folder for what is published}")
package=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$package/../..")
# The oldest C library on which the program runs: Debian 10, RHEL 8, Ubuntu 20.04.
glibc=2.28
target=x86_64-unknown-linux-gnu
cd "$root"
if [ -n "$(git status --porcelain)" ]; then
  echo "There are changes that are in no commit; a release is made of a commit." >&2
  exit 1
fi
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
mkdir -p "$out"

# The same bytes from any folder and at any time: no path of this machine, and the time of the commit for all that asks.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}/release-build
export CARGO_INCREMENTAL=0
export RUSTFLAGS="--remap-path-prefix=$root=/tertib --remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$sysroot=/rust \
--remap-path-prefix=$CARGO_TARGET_DIR=/target"
export CFLAGS="-ffile-prefix-map=$cargo_home=/cargo -ffile-prefix-map=$CARGO_TARGET_DIR=/target"
# Without the feature of the tests by which a file says what time it is.
cargo auditable zigbuild --release --locked --workspace --bins --no-default-features --target "$target.$glibc"
program=$CARGO_TARGET_DIR/$target/release/tertib

bash "$package/check.sh" "$program" "$glibc"
sh "$package/deb.sh" "$program" "$out"
install -m 755 "$program" "$out/tertib-$version-linux-amd64"
strip "$out/tertib-$version-linux-amd64"
cargo cyclonedx --manifest-path jobs/Cargo.toml --format json --spec-version 1.5 --target "$target" \
  --override-filename "tertib-$version.cdx"
mv "jobs/tertib-$version.cdx.json" "$out/"
find . -name "tertib-$version.cdx.json" -not -path "./target/*" -delete
(cd "$out" && sha256sum tertib* >SHA256SUMS)
cat "$out/SHA256SUMS"
