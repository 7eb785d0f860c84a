#!/usr/bin/env bash
# Generates the Go code of every .proto file under proto/ and the OpenAPI document docs/openapi.swagger.json.
# Needs buf, protoc-gen-gocosmos, protoc-gen-grpc-gateway and protoc-gen-openapiv2: make tools.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/proto-deps.sh
mod=$(go list -m)
rm -rf .build/gen; mkdir -p .build/gen
buf generate --template buf.gen.gogo.yaml
cp -r ".build/gen/$mod/." .
buf generate --template buf.gen.openapi.yaml
# Every module has a service named Query: the module in front makes operations unique, as OpenAPI asks.
jq '.paths |= with_entries((.key | split("/")[2]) as $name | .value |= map_values(.operationId = $name + .operationId | .tags = [$name]))
  | .tags = ([.paths | keys[] | split("/")[2]] | unique | map({name: .}))' docs/openapi.swagger.json >.build/openapi.json
mv .build/openapi.json docs/openapi.swagger.json
