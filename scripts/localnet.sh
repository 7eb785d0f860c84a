#!/usr/bin/env bash
# Builds if needed, writes a network of validators into .localnet, starts them and three workers that serve the model
# nano as processes on this machine, and keeps them up until Ctrl-C, having said how to talk to them.
#
#   scripts/localnet.sh                 four validators, three workers; accounts requester, worker0, worker1, worker2
#   WORKERS=0 scripts/localnet.sh       no worker, or another number up to the accounts worker0, worker1 …
#   VALIDATORS=1 scripts/localnet.sh    another number
#   ACCOUNTS=alice,bob …                other funded accounts
#   SECONDS_UP=5 …                      stop by itself after so many seconds
#   LISTEN=10.0.0.7 …                   listen where other machines can join (docs/operators.md)
#   NET, BASE_PORT, CHAIN_ID            see lib.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
VALIDATORS=${VALIDATORS:-4}
WORKERS=${WORKERS:-3}
ACCOUNTS=${ACCOUNTS:-requester,worker0,worker1,worker2}

echo "building, if anything changed; a first build takes minutes" >&2
build
init_net "$VALIDATORS" "$ACCOUNTS" >/dev/null
stop_on_exit
echo "starting $VALIDATORS validators and $WORKERS workers" >&2
start_validators "$VALIDATORS"
wait_height 0 2
start_workers "$WORKERS" "$VALIDATORS"

first=${ACCOUNTS%%,*}
cat <<TEXT

$CHAIN_ID runs: $VALIDATORS validators and $WORKERS workers, logs in $NET/*.log. Ctrl-C stops it.

  ask    $AICHAIND infer "What is 37+45?" --model nano --from $first --home $NET/node0 --keyring-backend test \\
           --grpc-addr $(grpc 0) --node $(rpc 0)
  task   $AICHAIND query compute task 1 --home $NET/node0
  CLI    $AICHAIND --home $NET/node0 query beacon output 0
         $AICHAIND --home $NET/node0 query bank balances \$($AICHAIND --home $NET/node0 keys show $first -a)
         $AICHAIND --home $NET/node0 tx bank send $first ADDRESS 1000000uaic --gas auto --gas-adjustment 1.3 --gas-prices 0.001uaic -y
  gRPC   $(grpc 0)     (reflection is on: grpcurl -plaintext $(grpc 0) list)
  REST   curl -s $(rest 0)/aichain/beacon/v1/outputs/0
         curl -s $(rest 0)/aichain/compute/v1/params
         the description of our routes: $(rest 0)/aichain/openapi.json; the SDK's: $(rest 0)/swagger/
  RPC    curl -s $(rpc 0)/status
  funded $ACCOUNTS, one million AIC each, in the test keyring of $NET/node0

TEXT
if [ -n "${SECONDS_UP:-}" ]; then
  until_true "$SECONDS_UP" false || true
  exit 0
fi
wait_all
fail "a validator ended by itself; see $NET/node*.log"
