#!/usr/bin/env bash
# Looks for known vulnerabilities that our code, tests included, reaches: govulncheck at a pinned version, with the tags of the build.
# Fails if there is one.
#
#   scripts/vulncheck.sh                     with the database at https://vuln.go.dev
#   VULNDB=DIR scripts/vulncheck.sh          with one on this disk, for machines without a way there; see below
#   scripts/vulncheck.sh ./cmd/...           some packages
#
# A database on disk is the unpacked https://vuln.go.dev/vulndb.zip, or what `go run ./cmd/gendb` writes in a clone of
# https://go.googlesource.com/vulndb: DIR/index/{db,modules,vulns}.json and DIR/ID/*.json.
set -euo pipefail
cd "$(dirname "$0")/.."
TAGS=${TAGS:-libsecp256k1_sdk,pebbledb}
TOOL=golang.org/x/vuln/cmd/govulncheck@v1.9.0
source=()
if [ -n "${VULNDB:-}" ]; then
  for f in db modules vulns; do
    [ -r "$VULNDB/index/$f.json" ] || { echo "vulncheck.sh: expected $VULNDB/index/$f.json: the top of this file says what VULNDB is" >&2; exit 2; }
  done
  source=(-db "file://$(cd "$VULNDB" && pwd)")
fi
# Outside of our module, so that the tool's own dependencies stay out of go.mod.
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
GOBIN=$bin GOFLAGS= go install "$TOOL"
"$bin/govulncheck" "${source[@]}" -tags "$TAGS" "${@:-./...}"
