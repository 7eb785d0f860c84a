#!/usr/bin/env bash
# Generates the TypeScript of clients/ts/src/gen from proto/. Needs npm.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/proto-deps.sh
[ -x clients/ts/node_modules/.bin/protoc-gen-ts_proto ] || npm ci --prefix clients/ts --ignore-scripts --no-audit --no-fund --loglevel=error
rm -rf clients/ts/src/gen
./scripts/buf.sh generate --template clients/ts/buf.gen.yaml
# Options only: nothing of ours uses them at run time.
(cd clients/ts/src/gen && rm -rf amino cosmos_proto gogoproto google cosmos/msg cosmos/query)
