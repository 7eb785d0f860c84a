#!/usr/bin/env bash
# One of three workers lies, and the chain finds the one multiplication in which it did. Four validators and three
# workers, all processes on this machine; worker1 is tests/system/liar: it alters one product of its run, goes on from
# there as the model would, and stands for the other answer that comes of it. Shown live: the three results, the
# disputes, the descent move by move, the one step that the chain computed, the slash, the right answer, the balances.
#
#   scripts/demo-cheat.sh                             asks: What is 37+45?
#   PROMPT="What is 58+16?" scripts/demo-cheat.sh     another question
#   LIE=output scripts/demo-cheat.sh                  another lie: output (only the answer is forged) or junk
#   NET, BASE_PORT, CHAIN_ID                          see lib.sh; NET is build/demo-cheat unless said
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
NET=${NET:-$ROOT/build/demo-cheat}
BASE_PORT=${BASE_PORT:-28600}
CHAIN_ID=${CHAIN_ID:-aichain-cheat-1}
. "$ROOT/scripts/lib.sh"
PROMPT=${PROMPT:-What is 37+45?}
LIE=${LIE:-tensor}
TASK=1 # of a fresh chain
names=(requester worker0 worker1 worker2)

# step TEXT: says what happens, with the seconds since the start.
step() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }

# ask_rest PATH FILTER: what the chain says, through jq; nothing while it cannot say.
ask_rest() { curl -sf --max-time 5 "$(rest 0)/aichain/$1" | jq -r "$2"; }

# query …: aichaind query attest, for people.
query() { "$AICHAIND" query attest "$@" --home "$NET/node0" --node "$(rpc 0)"; }

# disputes: "id moves phase" of every dispute, one a line.
disputes() { ask_rest "attest/v1/tasks/$TASK/disputes" '.disputes[] | "\(.id) \(.moves | length) \(.phase)"'; }

# has_disputes, is_closed: of the task.
has_disputes() { [ -n "$(disputes)" ] || is_closed; }
is_closed() { [ "$(ask_rest "compute/v1/tasks/$TASK" '.task.close_height | tonumber > 0')" = true ]; }

# follow_moves: prints the moves of all disputes as they come, until none is left to be played.
follow_moves() {
  local -A seen=()
  local id moves phase open now
  while :; do
    open=0
    now=$(disputes) || continue
    while read -r id moves phase; do
      [ "$phase" = DISPUTE_PHASE_RESOLVED ] || open=1
      [ "${seen[$id]:-0}" -lt "$moves" ] || continue
      query dispute "$id" | grep -E '^ +[0-9]+  (solver|challenger) ' | tail -n +$((${seen[$id]:-0} + 1)) | head -n $((moves - ${seen[$id]:-0})) | sed "s/^/$(printf '%3s ' "$id")/"
      seen[$id]=$moves
    done <<<"$now"
    [ $open = 1 ] || return 0
    [ $SECONDS -lt "$deadline" ] || fail "the disputes are not over: $now"
    sleep 0.2
  done
}

# purse NAME: its balance and, of a worker, its bond, uaic.
purse() {
  local a
  a=$(address "$1")
  echo "$(balance "$a") $(ask_rest "compute/v1/providers/$a" .bonded 2>/dev/null || true)"
}

# row NAME BEFORE AFTER: a line of the table of balances, each of them a balance and a bond.
row() {
  local b=($2) a=($3) bond=""
  [ ${#b[@]} -lt 2 ] || bond=$(printf '  %13s -> %13s %+10d' "${b[1]}" "${a[1]}" "$((a[1] - b[1]))")
  printf '   %-10s %13s -> %13s %+10d%s\n' "$1" "${b[0]}" "${a[0]}" "$((a[0] - b[0]))" "$bond"
}

# same WHAT EXPECTED GOT: fails the demo unless they are equal.
same() { [ "$2" = "$3" ] || fail "$1: expected $2, got $3"; echo "   ok: $1: $2"; }

step "building, if anything changed; a first build takes minutes"
build
make -s -C "$ROOT" build-liar
init_net 4 "$(IFS=,; echo "${names[*]}")" >/dev/null
stop_on_exit

step "starting four validators of $CHAIN_ID"
start_validators 4
wait_height 0 2

step "starting three workers that serve the model nano; worker1 is a liar"
for i in 0 1 2; do init_worker "$i" "$i"; done
start_process worker0 "$AIWORKER" run --home "$NET/worker0"
start_process worker1 "$ROOT/build/liar" --home "$NET/worker1" --lie "$LIE"
start_process worker2 "$AIWORKER" run --home "$NET/worker2"
for i in 0 1 2; do wait_worker "$i"; done
declare -A before after
for name in "${names[@]}"; do before[$name]=$(purse "$name"); done

step "asking: $PROMPT"
deadline=$((SECONDS + 60))
"$AICHAIND" infer "$PROMPT" --model nano --from requester --keyring-backend test --home "$NET/node0" \
  --grpc-addr "$(grpc 0)" --node "$(rpc 0)" --client-ref cheat -o json >"$NET/answer.json" 2>"$NET/infer.log" &
infer=$!
until_true 60 has_disputes || fail "no dispute was opened; see $NET/infer.log and $NET/worker*.log"
first=$(disputes | head -n 1 | cut -d ' ' -f 1)

step "three results; they differ, so the chain opens disputes instead of counting votes"
for id in $(disputes | sed -n '1p;$p' | cut -d ' ' -f 1); do query dispute "$id"; done | sed -nE 's/^  (solver|challenger) +(.*)/   \2/p' | sort -u
echo
query disputes "$TASK" | sed -n '/./!q; s/^/  /p'

step "the descent, live: to the first number that the liar's run and the model's do not share"
printf '%3s   %-5s  %-10s  %-62s  %9s\n' "#" block who move bytes
follow_moves
refuted=$(ask_rest "attest/v1/tasks/$TASK/disputes" 'first(.disputes[] | select(.end == "DISPUTE_END_REFUTED" or .end == "DISPUTE_END_IMPOSSIBLE") | .id)')
until_true 30 is_closed || fail "task $TASK is not settled"
wait "$infer" || true

step "dispute $refuted: one step, computed by every validator"
query dispute "$refuted" | sed -n '/^The one step/,/^The money/p' | sed '1d;/^The money/d;/^How it ended/{N;s/.*\n//}' | sed '$d'

step "the right answer, and what became of the money"
query dispute "$refuted" | sed -n '/^The money/,$p' | sed '1d'
for name in "${names[@]}"; do after[$name]=$(purse "$name"); done
printf '\n   %-10s %13s    %13s %10s  %13s    %13s %10s\n' uaic "balance" after change "bond" after change
for name in "${names[@]}"; do row "$name" "${before[$name]}" "${after[$name]}"; done

step "checking"
money() { ask_rest "compute/v1/tasks/$TASK" ".money.$1"; }
bond_lost() { local b=(${before[$1]}) a=(${after[$1]}); echo $((b[1] - a[1])); }
earned() { local b=(${before[$1]}) a=(${after[$1]}); echo $((a[0] - b[0])); }
same "status" SETTLED "$(jq -r .status "$NET/answer.json")"
same "reason" refereed "$(jq -r .reason "$NET/answer.json")"
lien=$(ask_rest "attest/v1/rounds/$TASK/0" ".round.seats[] | select(.provider == \"$(address worker1)\") | .lien")
same "the liar lost its whole lien and nothing else" "$lien" "$(bond_lost worker1)"
same "the honest ones lost nothing" 0 "$(($(bond_lost worker0) + $(bond_lost worker2)))"
same "they earned their seats, the model's fee and half of the lien" \
  "$(($(money paid_seats) + $(money paid_model) + lien / 2))" "$(($(earned worker0) + $(earned worker1) + $(earned worker2)))"
same "the requester paid for the right answer alone" "$(($(money escrowed) - $(money refunded) + $(jq -r .fee "$NET/answer.json")))" \
  "$((-$(earned requester)))"

step "stopping"
stop_all
echo "done in ${SECONDS}s: asked \"$PROMPT\", told \"$(jq -r .answer "$NET/answer.json")\""
