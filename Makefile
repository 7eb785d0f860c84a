# Targets of aichain. `make help` lists them. Everything runs from a fresh clone on Linux with Go, gcc, make, jq and curl.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git log -1 --format=%H 2>/dev/null)
# libsecp256k1_sdk: signatures in C, twice as fast in CheckTx. pebbledb: a quarter more transfers a second.
TAGS    ?= libsecp256k1_sdk,pebbledb
V       := github.com/cosmos/cosmos-sdk/version
LDFLAGS := -s -w -X $(V).Name=aichain -X $(V).AppName=aichaind -X $(V).Version=$(VERSION) -X $(V).Commit=$(COMMIT) -X "$(V).BuildTags=$(TAGS)"
GOBUILD := go build -mod=readonly -tags '$(TAGS)' -ldflags '$(LDFLAGS)'
# Tests are compiled with the tags of the build, so that both share what the compiler has cached.
GOTEST  := go test -mod=readonly -tags '$(TAGS)'
# Consensus code: every validator must get the same result to the bit.
CONSENSUS := ./rules/... ./x/... ./app/... ./canon/ops/... ./internal/blockwork ./internal/event
SEEDS   ?= 3
FUZZTIME ?= 30s
BENCHTIME ?= 1s
PROMPT  ?= What is 37+45?

.DEFAULT_GOAL := help
.PHONY: help build test check lint fmt proto proto-breaking tools fuzz sim bench localnet demo demo-cheat build-liar attack clean \
  licences proto-baseline proto-ts test-ts release reproducible operate load arm64 retention vulncheck

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):[^#]*## /  \1\t/' | expand -t 18

build: ## build aichaind and aiworker into build/
	@$(GOBUILD) -o build/ ./cmd/aichaind ./cmd/aiworker

release: ## both binaries for linux/amd64 and linux/arm64 with checksums into build/release, from a clean clone
	./scripts/release.sh

reproducible: ## build the commit's release twice from nothing in different folders and compare
	./scripts/reproducible.sh

test: ## everything that must hold, under 25 minutes on two cores; CI runs it through .ci/run
	$(GOTEST) -timeout 25m ./...

# RUN picks tests of `make operate`: TestUpgrade, TestStateSync, TestExportImport, TestRotateKeys, TestValidatorsDown, TestRollingRestart, TestKills.
RUN   ?= .
KILLS ?= 200
operate: ## upgrade, export, state sync, new keys, nodes down, 200 random kills, on real networks: RUN picks one, KILLS how many; half an hour
	OPERATE=1 $(GOTEST) -count=1 -v -timeout 60m -run '$(RUN)' ./tests/operate -args -kills $(KILLS)

arm64: ## the recorded chain, the rules and the engine compute on arm64 (emulated) what they do here; see scripts/arm64.sh
	./scripts/arm64.sh

TASKS ?= 100000
retention: ## the state after TASKS (100 000) settled tasks and the retention window, by collection, against the state before
	TASKS=$(TASKS) $(GOTEST) -count=1 -v -timeout 60m -run TestStateAfterRetention ./tests/retention

vulncheck: ## known vulnerabilities that our code reaches; VULNDB=DIR for a database on this disk; see scripts/vulncheck.sh
	./scripts/vulncheck.sh

load: ## find out what a network on this machine settles a second; see scripts/load.sh
	./scripts/load.sh

test-ts: ## the TypeScript client against a network of this machine; needs node 20 and npm
	./scripts/test-ts.sh

check: lint proto-breaking test ## what a change must pass: lint, protos that clients still understand, and test (licences are one)

lint: ## go vet, gofmt, determinism, golangci-lint and buf if installed
	go vet ./...
	@bad=$$(gofmt -l $$(git ls-files '*.go' | grep -v '\.pb\.\|\.pb\.gw\.')); [ -z "$$bad" ] || { echo "gofmt: $$bad" >&2; exit 1; }
	go run ./tools/detlint $(CONSENSUS)
	@if command -v golangci-lint >/dev/null; then golangci-lint run ./...; else echo "golangci-lint is not installed (make tools): left out"; fi
	@if command -v buf >/dev/null; then ./scripts/proto-deps.sh && buf lint proto; else echo "buf is not installed (make tools): left out"; fi

licences: ## the licence of everything we depend on, as one table; fails on one that tools/licences/allowed.txt does not allow
	go run ./tools/licences -tags '$(TAGS)'

fmt: ## format all hand-written Go code
	gofmt -w $$(git ls-files '*.go' | grep -v '\.pb\.\|\.pb\.gw\.')

proto: ## generate Go code and docs/openapi.swagger.json from proto/
	./scripts/protogen.sh

proto-ts: ## generate clients/ts/src/gen from proto/
	./scripts/protogen-ts.sh

proto-breaking: ## compare proto/ with what was released last: no field may change its meaning
	./scripts/proto-breaking.sh

proto-baseline: ## make proto/ the released one, for a release
	./scripts/proto-breaking.sh --record

tools: ## install the pinned code generators and linters
	go install github.com/cosmos/gogoproto/protoc-gen-gocosmos@v1.7.2
	go install github.com/grpc-ecosystem/grpc-gateway/protoc-gen-grpc-gateway@v1.16.0
	go install github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2@v2.33.0
	go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	npm install --no-save @bufbuild/buf@1.75.0

fuzz: ## every fuzz target for FUZZTIME (30s) each
	@for f in $$(grep -rlE '^func Fuzz' --include='*_test.go' .); do \
	  for t in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' $$f); do \
	    echo "$$t in $$(dirname $$f)"; $(GOTEST) -run='^$$' -fuzz="^$$t\$$" -fuzztime=$(FUZZTIME) "./$$(dirname $$f)" || exit 1; \
	  done; done

sim: ## random operations, ours alone and with the SDK's, all invariants after every block, SEEDS (3) seeds, at full length
	SIM_SEEDS=$(SEEDS) SIM_LONG=1 $(GOTEST) -timeout 60m -count=1 -v ./tests/sim/...

bench: ## what things cost, as one table: engine, beacon, draws, a verified task against a transfer, latency
	@TAGS='$(TAGS)' BENCHTIME=$(BENCHTIME) ./scripts/bench.sh

attack: ## every attack and its control at full size, as one table: predicted and seen; `make test` plays fewer of the long ones
	ATTACK_DEADLINES=100000 ATTACK_DISPUTES=10000 ATTACK_GAMES=1000 $(GOTEST) -timeout 60m -count=1 -v ./tests/attack/...

localnet: ## four validators on this machine until Ctrl-C; says how to talk to them
	./scripts/localnet.sh

demo: ## ask one question on a network of four validators and three workers; PROMPT="…" for another
	PROMPT='$(subst ','\'',$(PROMPT))' ./scripts/demo.sh

demo-cheat: ## the same with one lying worker: the chain computes the one step in which it lied
	PROMPT='$(subst ','\'',$(PROMPT))' ./scripts/demo-cheat.sh

build-liar: # the worker that demo-cheat lets lie; nothing that ships can
	@$(GOBUILD) -o build/ ./tests/system/liar

clean: ## remove what was built and the local network
	rm -rf build .localnet .build
