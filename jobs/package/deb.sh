#!/bin/sh
# Makes the Debian package of a program that is already built: deb.sh PROGRAM FOLDER [VERSION]
# Needs cargo-deb, strip, gzip and dpkg-dev. `RELEASE.md` beside this file says how the program of a release is built.
set -eu
program=$1
out=$2
version=${3:-}
package=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$package/../..")
target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT

# Where cargo-deb looks for what cargo has built.
built=$target/release
mkdir -p "$built/man" "$built/completions"
strip -o "$built/tertib" "$program"
"$built/tertib" util man "$built/man"
gzip -9n "$built"/man/*.1
for shell in bash zsh fish; do "$built/tertib" util completions "$shell" >"$built/completions/$shell"; done
"$built/tertib" licences | gzip -9n >"$built/licences.txt.gz"
gzip -9nc "$root/CHANGELOG.md" >"$built/changelog.gz"

CARGO_TARGET_DIR=$target cargo-deb --no-build --no-strip --quiet --locked --offline --fast \
    --manifest-path "$root/jobs/Cargo.toml" --output "$out" ${version:+--deb-version "$version"}
