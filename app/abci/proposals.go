package abci

import (
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app/pool"
	"github.com/aichain/aichain/rules/beacon"
	beaconkeeper "github.com/aichain/aichain/x/beacon/keeper"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
)

// Beacon is what proposals need of x/beacon.
type Beacon interface {
	// Turn returns the key and the input with which a proposer may speak.
	Turn(ctx sdk.Context, proposer sdk.ConsAddress, height uint64) (beaconkeeper.Turn, error)
	// Check returns the output that a proposer's proof shows.
	Check(ctx sdk.Context, proposer sdk.ConsAddress, height uint64, proof []byte) ([]byte, error)
	// Mix stores the randomness of the block that begins.
	Mix(ctx sdk.Context, said beaconkeeper.Said) error
}

// Prover holds this node's secret keys.
type Prover interface {
	// Prove returns the proof of a public key's owner for an input; nil if the node does not have that key.
	Prove(public, input []byte) []byte
}

// Waiting is what proposals need of the pool of transactions.
type Waiting interface {
	// Choose returns what goes into a block, in its order, out of what waits and of what CometBFT offers beside.
	Choose(offered [][]byte, room pool.Room) [][]byte
	// Committed tells of a block that is being run.
	Committed(height int64, txs [][]byte)
}

// Decoder reads transactions.
type Decoder interface {
	TxDecode(txBz []byte) (sdk.Tx, error)
}

// Proposals are the handlers of proposed blocks.
type Proposals struct {
	beacon  Beacon
	txs     Decoder
	waiting Waiting
	prover  Prover // nil on a node that keeps silent
}

// NewProposals returns handlers for an application.
func NewProposals(txs Decoder, beacon Beacon, waiting Waiting) *Proposals {
	return &Proposals{beacon: beacon, txs: txs, waiting: waiting}
}

// SetProver lets the node speak with the given keys; nil makes it silent.
func (h *Proposals) SetProver(p Prover) { h.prover = p }

// Prepare chooses the transactions of a block that this node proposes and puts its proof before them. Failing to
// speak is never a reason not to propose.
func (h *Proposals) Prepare(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	injected := h.speak(ctx, req)
	if injected != nil {
		req.MaxTxBytes -= cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{injected})
		if req.MaxTxBytes < 0 {
			return &abci.ResponsePrepareProposal{}, nil
		}
	}
	gas, isBounded := maxGas(ctx)
	txs := h.waiting.Choose(req.Txs, pool.Room{
		Bytes: req.MaxTxBytes, Gas: gas, IsBounded: isBounded, Height: uint64(req.Height), Time: req.Time,
	})
	if injected != nil {
		txs = append([][]byte{injected}, txs...)
	}
	return &abci.ResponsePrepareProposal{Txs: txs}, nil
}

// speak returns the bytes to inject, nil if this node has nothing to say in this block.
func (h *Proposals) speak(ctx sdk.Context, req *abci.RequestPrepareProposal) []byte {
	if h.prover == nil {
		return nil
	}
	turn, err := h.beacon.Turn(ctx, req.ProposerAddress, uint64(req.Height))
	if err != nil {
		if !errors.Is(err, beacontypes.ErrNoKeyInForce) {
			ctx.Logger().Error("cannot speak in the beacon", "height", req.Height, "err", err)
		}
		return nil
	}
	proof := h.prover.Prove(turn.Key, turn.Input)
	if proof == nil {
		ctx.Logger().Error("keeping silent in the beacon: the VRF key file lacks the key in force; see `aichaind vrf-key --help`", "height", req.Height)
		return nil
	}
	return beacon.Inject(proof)
}

// maxGas is what the transactions of a block may ask for together, if that is bounded.
func maxGas(ctx sdk.Context) (gas uint64, isBounded bool) {
	if b := ctx.ConsensusParams().Block; b != nil && b.MaxGas > 0 {
		return uint64(b.MaxGas), true
	}
	return 0, false
}

// Process says whether a proposed block may be voted for. A block without a proof may: its proposer kept silent.
// A false proof, bytes that are no transaction and more gas than a block may hold are rejected.
func (h *Proposals) Process(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if err := h.check(ctx, req); err != nil {
		ctx.Logger().Error("rejecting a proposal", "height", req.Height, "proposer", sdk.ConsAddress(req.ProposerAddress), "err", err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// check returns why a proposal is rejected. It depends on the state and the proposal alone.
func (h *Proposals) check(ctx sdk.Context, req *abci.RequestProcessProposal) error {
	proof, txs, err := beacon.Split(req.Txs)
	if err != nil {
		return err
	}
	if proof != nil {
		if _, err := h.beacon.Check(ctx, req.ProposerAddress, uint64(req.Height), proof); err != nil {
			return err
		}
	}
	return h.checkTxs(ctx, txs)
}

// ErrBlockGas means that the transactions of a block ask for more gas than it may hold.
var ErrBlockGas = errors.New("the block holds more gas than it may")

// checkTxs refuses bytes that do not decode and too much gas. Whether a transaction succeeds is no matter here.
func (h *Proposals) checkTxs(ctx sdk.Context, txs [][]byte) error {
	left, bounded := maxGas(ctx)
	for _, bz := range txs {
		tx, err := h.txs.TxDecode(bz)
		if err != nil {
			return err
		}
		gasTx, ok := tx.(sdk.GasTx)
		if !ok || !bounded {
			continue
		}
		if gasTx.GetGas() > left {
			return ErrBlockGas
		}
		left -= gasTx.GetGas()
	}
	return nil
}

// PreBlock hands what the block says to x/beacon. It runs on every node, in replay too, and fails only if the
// state is broken: malformed bytes, which Process rejects, count as silence. The pool hears what waits no longer.
func (h *Proposals) PreBlock(ctx sdk.Context, req *abci.RequestFinalizeBlock) error {
	h.waiting.Committed(req.Height, req.Txs)
	proof, _, err := beacon.Split(req.Txs)
	if err != nil {
		proof = nil
	}
	return h.beacon.Mix(ctx, beaconkeeper.Said{Proposer: req.ProposerAddress, Proof: proof})
}
