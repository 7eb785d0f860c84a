#!/usr/bin/env bash
# Shows that a release depends on its commit and tools alone: clones the commit into two folders of different names, builds each
# with a build cache of its own, as scripts/release.sh does, and compares every byte. The modules come from the shared cache.
#
#   scripts/reproducible.sh             the checked-out commit, the architecture of this machine
#   ARCHES="amd64 arm64" …              others; each takes two builds from nothing, ten minutes of processor time in all
#   COMMIT=… WORK=DIR …                 another commit; where to work, a new folder unless said
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
COMMIT=${COMMIT:-HEAD}
export ARCHES=${ARCHES:-$(go env GOHOSTARCH)}
WORK=${WORK:-$(mktemp -d)}
mkdir -p "$WORK"
commit=$(git -C "$root" rev-parse "$COMMIT")

# build NAME: a release in $WORK/NAME/release.
build() {
  rm -rf "${WORK:?}/$1"
  git clone -q "$root" "$WORK/$1/source"
  git -C "$WORK/$1/source" checkout -q --detach "$commit"
  GOCACHE=$WORK/$1/cache OUT=$WORK/$1/release "$WORK/$1/source/scripts/release.sh" >/dev/null
  rm -rf "$WORK/$1/cache"
}

build here
build "somewhere/else/with-a-longer-name"
if diff <(cd "$WORK/here/release" && sha256sum -- *) <(cd "$WORK/somewhere/else/with-a-longer-name/release" && sha256sum -- *); then
  cat "$WORK/here/release/SHA256SUMS"
  echo "reproducible: two builds of $commit for $ARCHES are equal; they lie in $WORK"
  exit
fi
echo "reproducible.sh: two builds of $commit differ; compare them in $WORK" >&2
exit 1
