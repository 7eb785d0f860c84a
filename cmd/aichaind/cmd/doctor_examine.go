package cmd

import (
	"bytes"
	"fmt"
	"time"

	"github.com/aichain/aichain/internal/vrfkey"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
)

const (
	// oldBlock is the age from which the newest block of a node that says it has caught up is too old, or the clock wrong.
	oldBlock = 30 * time.Second
	// freeMissed is the share of the blocks a validator may miss, in percent, from which it is warned.
	freeMissed = 50
)

// nodeFacts is what doctor knows of a node; nil where it could not know or there is nothing.
type nodeFacts struct {
	chainID, genesisID string // of the node that answers, of this home's genesis
	height             int64
	blockTime          time.Time
	isCatchingUp       bool
	isOwn              bool // the node that answers has this home's consensus key
	peers              int  // -1 if it does not tell
	vrfFile            *vrfkey.File
	vrfErr             error // why there is no vrfFile
	validator          *validatorFacts
}

// validatorFacts is what the chain knows of the validator with this home's consensus key.
type validatorFacts struct {
	operator, status     string
	power                int64 // in the present set
	isJailed             bool
	isEmpty              bool // nothing is bonded to it
	isTombstoned         bool
	jailedUntil          time.Time
	missed, mayMiss      int64
	key                  *beacontypes.VrfKey // registered
	proposed, skipped    int                 // of the last blocks looked at
	lookedAt             int
	lastProposed         int64
	isLastProposedProven bool
}

// examine returns all checks in order.
func (f nodeFacts) examine(now time.Time) []nodeFinding {
	out := []nodeFinding{f.chain(), f.progress(now)}
	if f.peers >= 0 {
		out = append(out, nodeFinding{
			Check: "peers", OK: f.peers > 0, Detail: fmt.Sprintf("%d", f.peers),
			Next: unless(f.peers > 0, "set persistent_peers in config/config.toml (ID@HOST:PORT) and restart; is their p2p port reachable from here?"),
		})
	}
	if f.height == 0 {
		return out // nobody can be asked more yet
	}
	if f.validator == nil {
		return append(out, nodeFinding{
			Check: "validator", OK: true, Detail: "none has this node's consensus key: a full node",
			Next: "to be one: aichaind tx staking create-validator --help",
		})
	}
	return append(out, f.standing(now), f.missing(), f.vrf(), f.beacon())
}

func (f nodeFacts) chain() nodeFinding {
	c := nodeFinding{Check: "chain", OK: f.chainID == f.genesisID, Detail: fmt.Sprintf("%s at height %d", f.chainID, f.height)}
	if !c.OK {
		c.Detail += fmt.Sprintf("; config/genesis.json is of %q", f.genesisID)
		c.Next = "name this home's own node with --node, or put the chain's genesis.json into config/"
	}
	return c
}

func (f nodeFacts) progress(now time.Time) nodeFinding {
	age := now.Sub(f.blockTime).Round(time.Second)
	c := nodeFinding{Check: "progress", OK: true, Detail: fmt.Sprintf("caught up, last block %s ago", age)}
	switch {
	case f.height == 0:
		c.OK, c.Detail, c.Next = false, "has no block yet", "wait some seconds; with state sync until a snapshot is found and taken, see the log"
	case f.isCatchingUp:
		c.OK, c.Detail, c.Next = false, fmt.Sprintf("catching up, at a block of %s ago", age), "wait; it is no validator before"
	case age.Abs() > oldBlock:
		c.OK, c.Next = false, "set this machine's clock (NTP), or see docs/runbook.md: the chain stands still"
	}
	return c
}

// standing tells whether the validator is in the active set.
func (f nodeFacts) standing(now time.Time) nodeFinding {
	v := f.validator
	c := nodeFinding{Check: "validator", Detail: fmt.Sprintf("%s, %s, power %d", v.operator, v.status, v.power)}
	switch {
	case v.isTombstoned:
		c.Detail, c.Next = c.Detail+", tombstoned: it signed twice", "for ever; unbond, and begin anew with another operator key and consensus key"
	case v.isEmpty:
		c.OK, c.Detail = true, c.Detail+", nothing is bonded to it: it is leaving, and gone when the unbonding time is over"
	case v.isJailed && now.Before(v.jailedUntil):
		c.Detail, c.Next = c.Detail+", jailed", "once the node has caught up, and not before "+v.jailedUntil.UTC().Format(time.RFC3339)+": aichaind tx slashing unjail --from VALIDATOR"
	case v.isJailed:
		c.Detail, c.Next = c.Detail+", jailed", "once the node has caught up: aichaind tx slashing unjail --from VALIDATOR"
	case v.power == 0:
		c.OK, c.Next = true, "not in the active set: delegate more to it, at least 1000000uaic and more than the last in the set: aichaind tx staking delegate "+v.operator+" AMOUNT --from KEY"
	case !f.isOwn:
		c.OK, c.Next = true, "the node that answered has another consensus key than this home: start or restart this home's, unless --node is meant to be another's"
	default:
		c.OK = true
	}
	return c
}

func (f nodeFacts) missing() nodeFinding {
	v := f.validator
	c := nodeFinding{Check: "blocks", OK: v.missed*100 <= v.mayMiss*freeMissed, Detail: fmt.Sprintf("%d missed of %d that may be before it is jailed", v.missed, v.mayMiss)}
	if !c.OK && !v.isJailed {
		c.Next = "is the node slow, cut off, or two nodes behind one address? See docs/runbook.md: a node is behind"
	}
	return c
}

// vrf compares the key file with what is registered.
func (f nodeFacts) vrf() nodeFinding {
	c := nodeFinding{Check: "vrf key"}
	const register = "aichaind vrf-key register --from VALIDATOR"
	if f.vrfFile == nil {
		c.Detail, c.Next = f.vrfErr.Error(), "aichaind vrf-key new, restart the node, "+register
		return c
	}
	k := f.validator.key
	if k == nil {
		c.Detail, c.Next = "not registered: its blocks add nothing to the beacon", register
		return c
	}
	waits := int64(k.EffectiveHeight) - f.height
	if _, has := f.vrfFile.Find(k.Key); !has {
		c.Detail = fmt.Sprintf("the registered key %x is not in config/vrf_key.json", k.Key)
		c.Next = "put it back from a backup and restart the node; without one, " + register
		return c
	}
	c.OK, c.Detail = true, fmt.Sprintf("%x, in force", k.Key)
	if waits > 0 {
		c.Detail = fmt.Sprintf("%x, counts from block %d, in %d blocks", k.Key, k.EffectiveHeight, waits)
	}
	if newest := f.vrfFile.Newest().Public(); !bytes.Equal(newest, k.Key) {
		c.Next = fmt.Sprintf("%x in the file is newer and not registered: restart the node, %s", newest, register)
	}
	return c
}

// beacon tells what the validator's own blocks said.
func (f nodeFacts) beacon() nodeFinding {
	v := f.validator
	c := nodeFinding{Check: "beacon", OK: true, Detail: fmt.Sprintf("proposed %d of the last %d blocks, %d without a proof", v.proposed, v.lookedAt, v.skipped)}
	if v.proposed == 0 {
		return c
	}
	said := "with its proof"
	if !v.isLastProposedProven {
		said = "without"
	}
	c.Detail += fmt.Sprintf("; the last, %d, %s", v.lastProposed, said)
	isInForce := v.key != nil && int64(v.key.EffectiveHeight) <= v.lastProposed
	switch {
	case v.isLastProposedProven:
	case isInForce:
		c.OK, c.Next = false, "the node does not use the key in force: mend the vrf key above, restart the node"
	default:
		c.Next = "none is expected before the key counts"
	}
	return c
}

func unless(isFine bool, next string) string {
	if isFine {
		return ""
	}
	return next
}
