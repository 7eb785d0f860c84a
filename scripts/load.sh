#!/usr/bin/env bash
# Finds out what a network on this machine settles in a second: four validators, requesters that post at a set rate and
# simulated providers that answer at once (tests/load). For each rate one network from nothing: settled tasks a second,
# latency, missed reveals, block times, the growth of the state (aichaind state-stats), and the profile of a node.
#
#   scripts/load.sh                      the rates 10 40 80 160, 60 s each
#   RATES="20 50" SECONDS_EACH=30 …      others
#   BATCH=20                             most tasks in a message
#   VALIDATORS=1 …                       another number
#   POSTERS=24 PROVIDERS=12 …            more accounts: one posts one message a block
#   OUT=build/load                       where tables and profiles go
#   NET, BASE_PORT                       see lib.sh
set -euo pipefail
NET=${NET:-$(cd "$(dirname "$0")/.." && pwd)/build/load/net}
BASE_PORT=${BASE_PORT:-28600}
. "$(dirname "$0")/lib.sh"
RATES=${RATES:-10 40 80 160}
SECONDS_EACH=${SECONDS_EACH:-60}
BATCH=${BATCH:-20}
VALIDATORS=${VALIDATORS:-4}
OUT=${OUT:-$ROOT/build/load}
POSTERS=${POSTERS:-12}
PROVIDERS=${PROVIDERS:-6}
TAGS=${TAGS:-libsecp256k1_sdk,pebbledb}

accounts=$(printf 'r%d,' $(seq 0 $((POSTERS - 1))))$(printf 'p%d,' $(seq 0 $((PROVIDERS - 1))))
mkdir -p "$OUT"
build
go build -C "$ROOT" -mod=readonly -tags "$TAGS" -o "$OUT/load" ./tests/load
stop_on_exit

# all COMMAND: what the command prints for each node, separated by commas.
all() { local i s=; for ((i = 0; i < VALIDATORS; i++)); do s+="$("$1" "$i"),"; done; echo "${s%,}"; }

# cpu: seconds of processor that all nodes have used so far.
cpu() { local p t=0; for p in "${PIDS[@]}"; do t=$((t + $(awk '{print $14+$15}' "/proc/$p/stat"))); done; echo "$((t / $(getconf CLK_TCK)))"; }

for rate in $RATES; do
  init_net "$VALIDATORS" "${accounts%,}" >/dev/null
  start_validators "$VALIDATORS"
  wait_height 0 2
  (sleep $((SECONDS_EACH / 3 + 8)) && curl -sf -o "$OUT/cpu-$rate.pprof" "http://127.0.0.1:$((BASE_PORT + 4))/debug/pprof/profile?seconds=$((SECONDS_EACH / 2))") &
  before=$(cpu)
  "$OUT/load" --home "$NET/node0" --chain-id "$CHAIN_ID" --grpc "$(all grpc)" --rpc "$(all rpc)" --model "$MODEL" \
    --rate "$rate" --for "${SECONDS_EACH}s" --batch "$BATCH" --posters "$POSTERS" --providers "$PROVIDERS" | tee "$OUT/load-$rate.txt"
  echo "  processor of the nodes: $(($(cpu) - before)) s" | tee -a "$OUT/load-$rate.txt"
  stop_all
  "$AICHAIND" state-stats --home "$NET/node0" >"$OUT/state-$rate.txt"
  tail -n 3 "$OUT/state-$rate.txt" | sed 's/^/  /' | tee -a "$OUT/load-$rate.txt"
done
echo "tables and profiles are in $OUT: go tool pprof -top $OUT/cpu-RATE.pprof"
