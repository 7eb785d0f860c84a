// Package docs embeds the documents that a node serves.
package docs

import _ "embed"

// OpenAPI describes our REST routes; scripts/protogen.sh writes it from proto/.
//
//go:embed openapi.swagger.json
var OpenAPI []byte
