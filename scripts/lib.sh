#!/usr/bin/env bash
# Functions for running a network of validators on this machine; sourced by localnet.sh, demo.sh and others.
#
#   NET        folder of the network                 (.localnet)
#   BASE_PORT  first port; node i has BASE+10*i …+4  (26600)
#   CHAIN_ID   its chain id                          (aichain-local-1)
#   LISTEN     IP address to listen on               (127.0.0.1); with one that others reach, nodes and providers of other machines can join
#
# Nothing here sleeps for a fixed time: what must happen is asked for until it has, or until a deadline.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
NET=${NET:-$ROOT/.localnet}
BASE_PORT=${BASE_PORT:-26600}
CHAIN_ID=${CHAIN_ID:-aichain-local-1}
LISTEN=${LISTEN:-127.0.0.1}
AICHAIND=${AICHAIND:-$ROOT/build/aichaind}
AIWORKER=${AIWORKER:-$ROOT/build/aiworker}
MODEL=$ROOT/models/nano/nano.canon
PIDS=() # of every process started here, stopped by stop_all in reverse

# fail MESSAGE: says it on standard error and exits with 1; the trap stops what runs.
fail() { echo "${0##*/}: $*" >&2; exit 1; }

# build: builds both binaries if anything changed; go decides what.
build() { make -s -C "$ROOT" build; }

# rpc I, grpc I, rest I: where node I listens.
rpc() { echo "http://$LISTEN:$((BASE_PORT + 10 * $1 + 1))"; }
grpc() { echo "$LISTEN:$((BASE_PORT + 10 * $1 + 2))"; }
rest() { echo "http://$LISTEN:$((BASE_PORT + 10 * $1 + 3))"; }

# init_net N ACCOUNTS [FLAGS …]: writes N validators and the named accounts into $NET, replacing a network there.
init_net() {
  local n=$1 accounts=$2
  shift 2
  case $NET in "" | /) fail "expected NET to be a folder of its own" ;; esac
  if [ -e "$NET" ] && [ ! -e "$NET/node0" ] && [ -n "$(ls -A "$NET")" ]; then fail "$NET is not a network: move it away"; fi
  rm -rf "$NET"
  mkdir -p "$NET"
  "$AICHAIND" testnet-init --home "$NET/node0" --out "$NET" --validators "$n" --accounts "$accounts" \
    --base-port "$BASE_PORT" --chain-id "$CHAIN_ID" --host "$LISTEN" "$@"
}

# start_process NAME COMMAND …: runs it in the background, its output in $NET/NAME.log, its pid in $NET/NAME.pid.
start_process() {
  local name=$1
  shift
  "$@" >"$NET/$name.log" 2>&1 </dev/null &
  PIDS+=($!)
  echo $! >"$NET/$name.pid"
}

# start_validators N: starts nodes 0 … N-1.
start_validators() {
  local i
  for ((i = 0; i < $1; i++)); do start_process "node$i" "$AICHAIND" start --home "$NET/node$i"; done
}

# height I: the height of node I, 0 while it does not answer.
height() {
  local h
  h=$(curl -sf --max-time 2 "$(rpc "$1")/status" 2>/dev/null | tr -d ' \n' | sed -n 's/.*"latest_block_height":"\([0-9]*\)".*/\1/p') || true
  echo "${h:-0}"
}

# until_true SECONDS COMMAND …: asks five times a second until the command succeeds; fails at the deadline or when a
# process started here has ended.
until_true() {
  local deadline=$((SECONDS + $1)) pid
  shift
  until "$@"; do
    [ $SECONDS -lt "$deadline" ] || return 1
    for pid in "${PIDS[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
    sleep 0.2
  done
}

at_height() { [ "$(height "$1")" -ge "$2" ]; }

# wait_height I HEIGHT [SECONDS]: until node I has the height, at most 90 seconds unless said; on failure shows the log.
wait_height() {
  until_true "${3:-90}" at_height "$1" "$2" && return
  tail -n 20 "$NET/node$1.log" >&2
  fail "node$1 did not reach height $2; see $NET/node$1.log"
}

# address NAME: of an account of the network.
address() { "$AICHAIND" keys show "$1" -a --keyring-backend test --home "$NET/node0"; }

# balance ADDRESS: uaic.
balance() {
  curl -sf --max-time 5 "$(rest 0)/cosmos/bank/v1beta1/balances/$1/by_denom?denom=uaic" | sed -n 's/.*"amount":"\([0-9]*\)".*/\1/p'
}

# health I, is_ready I: of worker I.
health() { echo "127.0.0.1:$((BASE_PORT + 500 + $1))"; }
is_ready() { curl -sf --max-time 2 "http://$(health "$1")/readyz" >/dev/null; }

# init_worker I NODE: configures worker I, with its own key, for a node; the first to come will publish nano.
init_worker() {
  "$AIWORKER" init --home "$NET/worker$1" --yes --chain-id "$CHAIN_ID" --grpc-addr "$(grpc "$2")" --node "$(rpc "$2")" \
    --key "worker$1" --keyring-backend test --keyring-dir "$NET/node0" --moniker "worker$1" --listen "$(health "$1")" \
    --model "$MODEL" --publish --name nano --license Apache-2.0 --uri "$MODEL" --threads 1 >/dev/null
}

# start_worker I NODE: configures worker I and starts it.
start_worker() {
  init_worker "$1" "$2"
  start_process "worker$1" "$AIWORKER" run --home "$NET/worker$1"
}

# wait_worker I: until worker I serves.
wait_worker() {
  until_true 60 is_ready "$1" || { tail -n 20 "$NET/worker$1.log" >&2; fail "worker$1 is not ready; see $NET/worker$1.log"; }
}

# start_workers N VALIDATORS: starts workers 0 … N-1, spread over the nodes, and waits until they serve.
start_workers() {
  local i
  for ((i = 0; i < $1; i++)); do start_worker "$i" $((i % $2)); done
  for ((i = 0; i < $1; i++)); do wait_worker "$i"; done
}

# stop_all: ends what was started here, last first, and waits for it.
stop_all() {
  local i
  for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do kill "${PIDS[$i]}" 2>/dev/null || true; done
  for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do wait "${PIDS[$i]}" 2>/dev/null || true; done
  PIDS=()
}

# stop_on_exit: stops everything however the script ends.
stop_on_exit() {
  trap stop_all EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# wait_all: until one of the processes started here ends.
wait_all() { wait -n "${PIDS[@]}" || true; }
