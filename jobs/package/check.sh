#!/bin/bash
# What a program that is published must keep: check.sh PROGRAM GLIBC. Every fault is told.
set -euo pipefail
program=$1
glibc=$2
faults=0
newest=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -1)
if [ "$(printf '%s\n' "$newest" "$glibc" | sort -V | tail -1)" != "$glibc" ]; then
  echo "it needs glibc $newest, and $glibc is what offices have" >&2
  faults=1
fi
needed=$(objdump -p "$program" | sed -n 's/^ *NEEDED *//p' | grep -Ev '^(libc|libm|libdl|libpthread|librt|libgcc_s|ld-linux-x86-64)\.so\.[0-9]+$' || true)
if [ -n "$needed" ]; then
  echo "it needs other libraries than the C library: $needed" >&2
  faults=1
fi
# The folder of the user is too short a word to look for: of `root` it stands in what the program says itself.
for path in "${CARGO_HOME:-$HOME/.cargo}/" "$(rustc --print sysroot)/" "${CARGO_TARGET_DIR:-$(pwd)/target}/" "$(pwd)/"; do
  if grep -aqF "$path" "$program"; then
    echo "it holds the path $path of this machine" >&2
    faults=1
  fi
done
exit "$faults"
