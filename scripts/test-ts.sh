#!/usr/bin/env bash
# Tests the TypeScript client: that it was generated from the protos as they are, its own tests, and its example against a
# network of this machine with three workers, where the Go client must then find the same task with the same answer.
#
#   scripts/test-ts.sh             all of it; needs node 20 or later with npm, builds the binaries if anything changed
#   scripts/test-ts.sh --offline   without the network of validators and workers
#   AICHAIND=… AIWORKER=…          take these binaries, build nothing
#   NET, BASE_PORT, CHAIN_ID       see lib.sh; NET is build/test-ts unless said
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
NET=${NET:-$ROOT/build/test-ts}
BASE_PORT=${BASE_PORT:-28600}
CHAIN_ID=${CHAIN_ID:-aichain-ts-1}
given=${AICHAIND:-}
. "$ROOT/scripts/lib.sh"
TS=$ROOT/clients/ts

# step TEXT: says what happens, with the seconds since the start.
step() { printf '== %s (%ss)\n' "$*" "$SECONDS"; }

# same WHAT EXPECTED GOT: fails unless they are equal.
same() { [ "$2" = "$3" ] || fail "$1: expected $2, got $3"; echo "   ok: $1: $2"; }

# ask FLAGS …: the example, as the requester.
ask() { AICHAIN_KEY=$KEY node "$TS/dist/examples/ask.js" --rpc "$(rpc 0)" "$@"; }

# field NAME: of the example's answer.
field() { jq -r ".$1" "$NET/answer.json"; }

# balance: of the requester, uaic.
balance() { curl -sf --max-time 5 "$(rest 0)/cosmos/bank/v1beta1/balances/$REQUESTER/by_denom?denom=uaic" | jq -r .balance.amount; }

# is_fresh: whether what is committed is what the protos give.
is_fresh() {
  cp -r "$TS/src/gen" "$NET/gen"
  "$ROOT/scripts/protogen-ts.sh" && diff -r "$NET/gen" "$TS/src/gen" >/dev/null
}

rm -rf "$NET"
mkdir -p "$NET"
step "installing what package-lock.json names"
npm ci --prefix "$TS" --ignore-scripts --no-audit --no-fund --loglevel=error
step "generating from proto/, compiling, testing"
is_fresh || fail "clients/ts/src/gen was not what proto/ gives: it is now, commit it"
(cd "$TS" && ./node_modules/.bin/tsc && node --test dist/test/) >"$NET/test.log" || { cat "$NET/test.log"; fail "tests failed"; }
grep -E '^# (pass|fail)' "$NET/test.log"
[ "${1:-}" != --offline ] || exit 0

step "starting a network with three workers"
[ -n "$given" ] || build
rm -rf "$NET"
init_net 1 requester,worker0,worker1,worker2 >/dev/null
stop_on_exit
start_validators 1
wait_height 0 2
start_workers 3 1
KEY=$("$AICHAIND" keys export requester --unarmored-hex --unsafe --keyring-backend test --home "$NET/node0" -y)
REQUESTER=$(address requester)

step "asking with examples/ask.ts: What is 37+45?"
ask --ref ts --json "What is 37+45?" >"$NET/answer.json"
cat "$NET/answer.json"
same "the answer" 82 "$(field text)"
same "providers that revealed it" 3 "$(field 'providers | unique | length')"
same "output on chain" "$(curl -sf "$(rest 0)/aichain/compute/v1/tasks/$(field taskId)" | jq -c .progress.output)" "$(field output | jq -c .)"

step "asking again: in TypeScript, in Go, with token ids"
before=$(balance)
same "task found again" "$(field taskId)" "$(ask --ref ts --json "What is 37+45?" | jq .taskId)"
same "task that the Go client finds" "$(field taskId)" "$("$AICHAIND" infer "What is 37+45?" --model nano --from requester \
  --client-ref ts --keyring-backend test --home "$NET/node0" --grpc-addr "$(grpc 0)" --node "$(rpc 0)" -o json 2>/dev/null | jq .task_id)"
same "tokens of the answer" "$(field 'output | join(",")')" "$(ask --ref ts --tokens "$(field 'input | join(",")')" 2>/dev/null)"
same "nothing was paid for it" "$before" "$(balance)"

step "what cannot be asked costs nothing"
refused() { ! ask "$@" 2>"$NET/refused.log" || fail "expected a refusal of: $*"; sed 's/^/   ok: /' "$NET/refused.log" | tail -n 1; }
refused --model nobody --tokens 0,1 x
refused --ref ts "What is 1+1?"
AICHAIN_KEY=$(printf '%064d' 7)
KEY=$AICHAIN_KEY refused "What is 37+45?"
same "balance" "$before" "$(balance)"

step "stopping"
stop_all
echo "1 passed, 0 failed"
