#!/usr/bin/env bash
# Shows that arm64 computes what amd64 does: compiles tests for both, runs those for arm64 in Debian's user-mode emulation,
# and prints a table. The tests compare with values that are recorded in testdata, the same files on both, so that a test which passes
# on both has computed the same; tests/replay compares the app hashes of 1 000 blocks of the whole application.
#
#   scripts/arm64.sh                     everything
#   scripts/arm64.sh ./rules/... ./tests/replay     some packages
#   FULL=1                               the long tests too; without, -short: no float reference of the engine
#   TAGS                                 as in the Makefile
#   OUT=build/arm64                      where binaries and the output of the tests go
#
# Needs on amd64: apt-get install qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross. Without the compiler it builds without
# cgo: signatures are then checked in Go, not by libsecp256k1, which is no part of a release but must give the same app hashes.
set -euo pipefail
cd "$(dirname "$0")/.."
TAGS=${TAGS:-libsecp256k1_sdk,pebbledb}
OUT=${OUT:-build/arm64}
EMULATOR=${EMULATOR:-qemu-aarch64-static}
CROSS=aarch64-linux-gnu
# Consensus code that stands alone, the arithmetic with its vectors, the beacon's proofs, receipts, and the whole chain.
packages=${*:-./rules/... ./canon/ops ./canon/model ./canon/run ./canon/step ./canon/token ./x/beacon/vrf ./internal/vrfkey ./client/receipt ./tests/replay}

fail() { echo "arm64.sh: $*" >&2; exit 1; }

[ "$(go env GOHOSTARCH)" = amd64 ] || fail "expected to run on amd64, got $(go env GOHOSTARCH)"
command -v "$EMULATOR" >/dev/null || fail "no $EMULATOR: apt-get install qemu-user-static"
# The same on both sides but the compiler; never more of the instruction set than every machine has, as in a release.
export GOFLAGS=-mod=readonly GOOS=linux GOAMD64=v1 GOARM64=v8.0
if command -v "$CROSS-gcc" >/dev/null; then
  CGO=1 signatures=libsecp256k1
else
  CGO=0 signatures="Go's secp256k1: no $CROSS-gcc"
fi
OUT=$(mkdir -p "$OUT" && cd "$OUT" && pwd)
short=$([ -n "${FULL:-}" ] || echo -test.short)

# compile ARCH PACKAGE FILE: a test binary.
compile() {
  local cc=gcc cgo=1
  if [ "$1" = arm64 ]; then cc=$CROSS-gcc cgo=$CGO; fi
  CC=$cc GOARCH=$1 CGO_ENABLED=$cgo go test -c -tags "$TAGS" -o "$3" "$2"
}

# measure LOG COMMAND …: runs it in the present folder; prints pass or FAIL and the seconds.
measure() {
  local log=$1 begin=$EPOCHREALTIME verdict=pass
  shift
  "$@" >"$log" 2>&1 || verdict=FAIL
  awk -v v="$verdict" -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "%s %.1f\n", v, b - a}'
}

failed=0
row() { printf '%-28s  %6s %8s  %6s %8s  %s\n' "$@"; }
echo "$(go env GOVERSION); arm64 by $("$EMULATOR" --version | head -n 1), signatures by $signatures${short:+, -short}"
row package amd64 seconds arm64 seconds equal
for package in $(go list -tags "$TAGS" -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' $packages); do
  name=${package#*/*/*/}
  dir=$(go list -f '{{.Dir}}' "$package")
  for arch in amd64 arm64; do
    binary=$OUT/${name//\//-}.$arch
    compile "$arch" "$package" "$binary"
    under=()
    [ "$arch" = amd64 ] || under=("$EMULATOR" -L "/usr/$CROSS")
    result=$(cd "$dir" && measure "$binary.log" "${under[@]}" "$binary" -test.timeout=60m $short)
    read -r "${arch}_verdict" "${arch}_seconds" <<<"$result"
    rm -f "$binary"
  done
  equal=yes
  if [ "$amd64_verdict$arm64_verdict" != passpass ]; then equal="NO: $OUT/${name//\//-}.*.log" failed=1; fi
  row "$name" "$amd64_verdict" "$amd64_seconds" "$arm64_verdict" "$arm64_seconds" "$equal"
done
exit "$failed"
