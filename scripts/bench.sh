#!/usr/bin/env bash
# What things cost, as one table: the engine, the beacon, the end of a block, a verified task against a bank transfer,
# and how many blocks it takes over a network. Each ratio is of figures of one run. Takes about ten minutes.
#
#   scripts/bench.sh                 everything
#   scripts/bench.sh chain engine    some of: engine beacon endblock chain network
#   TAGS, BENCHTIME                  as in the Makefile
set -euo pipefail
cd "$(dirname "$0")/.."
TAGS=${TAGS:-libsecp256k1_sdk,pebbledb}
BENCHTIME=${BENCHTIME:-1s}
parts=${*:-engine beacon endblock chain network}

# gotest PACKAGE FLAGS …: runs tests of a package with the tags of the build.
gotest() {
  local package=$1
  shift
  go test -mod=readonly -tags "$TAGS" -count=1 "$package" "$@"
}

# rows UNIT TARGET: turns benchmark lines into rows with the figure of that unit, or with ns/op if UNIT is that.
rows() {
  awk -v unit="$1" -v target="$2" '/^Benchmark/ {
    name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
    for (i = 3; i < NF; i += 2) if ($(i + 1) == unit) printf "  %-62s %18s   %s\n", name, $i " " unit, target
  } /^(FAIL|---)/'
}

for part in $parts; do
  case $part in
  engine)
    echo "engine, one thread: nano, and random weights of about 100 M parameters"
    gotest ./canon/run -run='^$' -bench='Nano|100M' -benchtime="$BENCHTIME" | rows tok/cpu-s "tokens per second of one core"
    ;;
  beacon)
    echo "beacon, once a block"
    gotest ./x/beacon/vrf -run='^$' -bench=. -benchtime="$BENCHTIME" | rows ns/op ""
    ;;
  endblock)
    echo "draws of a block: 100 due, 10 000 providers; open tasks that wait"
    gotest ./x/compute/keeper -run='^$' -bench='^BenchmarkEndBlock$' -benchtime=20x | rows cpu-ms/block "≤ 20, flat"
    ;;
  chain)
    gotest ./tests/bench -run='^(TestCosts|TestDispute.*)$' -costs -v | grep -E '^(chain|  [^ ])|^ *Error:|^---' | grep -v '^    '
    ;;
  network)
    echo "network: four validators with one-second blocks, three seats"
    gotest ./tests/system -run='TestSystem/(three|at_the)/a_task_takes' -timeout 15m -v |
      sed -nE 's/.*blocks from post to settlement of ([0-9]+) tasks: median ([0-9]+).*/\1 \2/p; /^(FAIL|--- FAIL)/p' |
      awk 'NF == 2 {printf "  %-62s %18s   ≤ 8\n", "blocks from post to settlement, median of " $1 " tasks", $2} NF != 2'
    ;;
  *)
    echo "${0##*/}: expected engine, beacon, endblock, chain or network, got $part" >&2
    exit 2
    ;;
  esac
done
