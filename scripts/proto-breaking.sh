#!/usr/bin/env bash
# Compares proto/ with what was released last: no field, message, method or number may change its meaning, because clients
# and stored state of the last release use them.
#
#   scripts/proto-breaking.sh             fails on a breaking change, naming it
#   scripts/proto-breaking.sh --record    makes proto/ the released one: for a release, with the reason in the changelog
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/proto-deps.sh
released=proto/released.binpb # a buf image: descriptors of our files and of those that they import, without comments
if [ "${1:-}" = --record ]; then
  ./scripts/buf.sh build proto --exclude-source-info -o "$released"
  exit
fi
./scripts/buf.sh breaking proto --against "$released" --exclude-imports
