#!/usr/bin/env bash
# One question, answered by three workers and verified by a network of four validators, all processes on this machine.
# Builds if needed, publishes the model nano, asks, prints the verified answer, the life of the task and the balances
# before and after, checks that they add up, and stops everything.
#
#   scripts/demo.sh                             asks: What is 37+45?
#   PROMPT="What is 58+16?" scripts/demo.sh     another question
#   NET, BASE_PORT, CHAIN_ID                    see lib.sh; NET is build/demo unless said
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
NET=${NET:-$ROOT/build/demo}
BASE_PORT=${BASE_PORT:-27600}
CHAIN_ID=${CHAIN_ID:-aichain-demo-1}
. "$ROOT/scripts/lib.sh"
PROMPT=${PROMPT:-What is 37+45?}
WORKERS=3

# step TEXT: says what happens, with the seconds since the start.
step() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }

# infer FLAGS …: asks the prompt.
infer() {
  "$AICHAIND" infer "$PROMPT" --model nano --from requester --keyring-backend test --home "$NET/node0" \
    --grpc-addr "$(grpc 0)" --node "$(rpc 0)" --client-ref demo "$@"
}

# number NAME: a number of the answer.
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$NET/answer.json"; }

# row NAME BEFORE AFTER: a line of the table of balances.
row() { printf '   %-10s %15s  ->%15s   %+d\n' "$1" "$2" "$3" "$(($3 - $2))"; }

# same WHAT EXPECTED GOT: fails the demo unless they are equal.
same() { [ "$2" = "$3" ] || fail "$1 does not add up: expected $2, got $3"; echo "   ok: $1: $2"; }

step "building, if anything changed; a first build takes minutes"
build
init_net 4 requester,worker0,worker1,worker2 >/dev/null
stop_on_exit

step "starting four validators of $CHAIN_ID"
start_validators 4
wait_height 0 2

step "starting $WORKERS workers: they bond, publish nano and offer it"
start_workers $WORKERS 4

names=(requester worker0 worker1 worker2)
addresses=() before=() after=()
for name in "${names[@]}"; do addresses+=("$(address "$name")"); done
for a in "${addresses[@]}"; do before+=("$(balance "$a")"); done

step "asking: $PROMPT"
infer -o json >"$NET/answer.json"

step "the verified answer (the same question again resumes its task and pays nothing)"
infer 2>/dev/null

for a in "${addresses[@]}"; do after+=("$(balance "$a")"); done
step "balances in uaic, before and after"
for i in "${!names[@]}"; do row "${names[$i]}" "${before[$i]}" "${after[$i]}"; done
earned=0
for i in 1 2 3; do earned=$((earned + after[i] - before[i])); done

step "checking"
grep -q '"status":"SETTLED","reason":"agreed"' "$NET/answer.json" || fail "the task did not settle as agreed: $(cat "$NET/answer.json")"
providers=$(sed -n 's/.*"providers":\[\([^]]*\)\].*/\1/p' "$NET/answer.json" | tr ',' '\n' | sort -u | grep -c aic1)
same "different providers that revealed this result" 3 "$providers"
same "escrow = paid + refunded" "$(number escrowed)" "$(($(number paid) + $(number refunded)))"
same "paid = seats + model + validators + burned" "$(number paid)" \
  "$(($(number paid_seats) + $(number paid_model) + $(number paid_validators) + $(number burned)))"
same "requester spent the price and one transaction's fee" "$(($(number paid) + $(number fee)))" "$((before[0] - after[0]))"
same "workers earned their seats and the model's fee" "$(($(number paid_seats) + $(number paid_model)))" "$earned"

step "stopping"
stop_all
echo "done in ${SECONDS}s"
