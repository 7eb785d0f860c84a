#!/usr/bin/env bash
# Builds the release of the commit that is checked out, so that anybody who builds the same commit with the same Go and
# C compiler gets the same bytes: no paths (-trimpath), no clock, fixed flags, the commit stamped by Go itself.
#
#   scripts/release.sh                    into build/release: aichaind and aiworker for linux/amd64 and linux/arm64
#   OUT=DIR ARCHES="amd64" …              elsewhere; one architecture
#
# SHA256SUMS lists every file; TOOLCHAIN says what a rebuild must use; NOTICES.txt are the licences to hand on.
# The binaries use cgo (libsecp256k1) and need glibc 2.34 or later to run.
set -euo pipefail
cd "$(dirname "$0")/.."
OUT=${OUT:-build/release}
ARCHES=${ARCHES:-amd64 arm64}
TAGS=${TAGS:-libsecp256k1_sdk,pebbledb}

fail() { echo "release.sh: $*" >&2; exit 1; }

# compiler ARCH: the C compiler for it.
compiler() {
  case $1 in
    "$(go env GOHOSTARCH)") echo gcc ;;
    amd64) echo x86_64-linux-gnu-gcc ;;
    arm64) echo aarch64-linux-gnu-gcc ;;
    *) fail "expected amd64 or arm64, got $1" ;;
  esac
}

[ -z "$(git status --porcelain)" ] || fail "the tree differs from its commit: a release is built from a clean clone"
for arch in $ARCHES; do
  command -v "$(compiler "$arch")" >/dev/null || fail "no $(compiler "$arch"): apt-get install gcc-$(compiler "$arch" | sed 's/-gcc$//; s/_/-/')"
done

# What the environment might say otherwise. Never more of the instruction set than every machine has; the engine looks for itself.
unset GOEXPERIMENT GODEBUG CGO_CPPFLAGS CGO_LDFLAGS GOWORK
export GOFLAGS=-mod=readonly GOOS=linux GOAMD64=v1 GOARM64=v8.0 CGO_ENABLED=1 CGO_CFLAGS=-O2 CGO_CXXFLAGS=-O2 LC_ALL=C TZ=UTC
export GOTOOLCHAIN=local

commit=$(git rev-parse HEAD)
version=$(git describe --tags --always --abbrev=12)
V=github.com/cosmos/cosmos-sdk/version
ldflags="-s -w -X $V.Name=aichain -X $V.AppName=aichaind -X $V.Version=$version -X $V.Commit=$commit -X $V.BuildTags=$TAGS"

rm -rf "$OUT"
mkdir -p "$OUT"
for arch in $ARCHES; do
  for cmd in aichaind aiworker; do
    echo "building $cmd-$version-linux-$arch" >&2
    CC=$(compiler "$arch") GOARCH=$arch go build -trimpath -buildvcs=true -tags "$TAGS" -ldflags "$ldflags" \
      -o "$OUT/$cmd-$version-linux-$arch" "./cmd/$cmd"
  done
done
{
  echo "commit  $commit"
  echo "go      $(go env GOVERSION)"
  for arch in $ARCHES; do echo "gcc     $arch: $("$(compiler "$arch")" --version | head -n 1)"; done
  echo "tags    $TAGS"
  echo "ldflags $ldflags"
} >"$OUT/TOOLCHAIN"
go run ./tools/licences -tags "$TAGS" -notices "$OUT/NOTICES.txt" >/dev/null
cp LICENSE "$OUT/"
(cd "$OUT" && sha256sum -- * >SHA256SUMS)
cat "$OUT/SHA256SUMS"
