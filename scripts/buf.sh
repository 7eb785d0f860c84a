#!/usr/bin/env bash
# Runs buf in the version of tools/buf/package-lock.json: the one on the PATH if it is that, else one that npm installs once
# into .build/buf, checked against the lock file. Needs npm only for that. Arguments are buf's.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
want=$(sed -n 's|.*"@bufbuild/buf": "\([0-9.]*\)".*|\1|p' "$root/tools/buf/package.json")
if [ "$(buf --version 2>/dev/null)" = "$want" ]; then exec buf "$@"; fi
own=$root/.build/buf
buf=$own/node_modules/.bin/buf
if [ "$("$buf" --version 2>/dev/null)" != "$want" ]; then
  command -v npm >/dev/null || { echo "buf.sh: expected buf $want on the PATH, or npm to install it (apt-get install npm)" >&2; exit 1; }
  mkdir -p "$own"
  cp "$root/tools/buf/package.json" "$root/tools/buf/package-lock.json" "$own/"
  # Not npm ci: it insists on the packages of platforms that a registry may not carry.
  npm install --prefix "$own" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
fi
exec "$buf" "$@"
