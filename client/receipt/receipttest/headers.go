// Package receipttest signs headers over states for tests of receipts: what CometBFT does around an application, without
// a network. Headers answers as the header half of a receipt.Node; the state half is the test's.
package receipttest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/tmhash"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"
)

// Power of each validator.
const Power = 100

// Headers makes the headers of a chain, signed by validators with equal power. The keys follow from the names, so the same
// names on another chain are the same validators.
type Headers struct {
	ChainID string
	// Signers are the validators of the next header; Silent ones among them do not sign.
	Signers, Silent []string
	// Height and Time of the last header.
	Height int64
	Time   time.Time
	// OnCommit, if not nil, runs before Commit tells the last block.
	OnCommit func()

	tb     testing.TB
	blocks map[int64]*cmttypes.LightBlock
	last   cmttypes.BlockID
}

// New begins after a height; the first header is of the next.
func New(tb testing.TB, chainID string, height int64, validators ...string) *Headers {
	return &Headers{
		ChainID: chainID, Signers: validators, Height: height, Time: time.Unix(1_800_000_000, 0).UTC(),
		tb: tb, blocks: map[int64]*cmttypes.LightBlock{},
	}
}

func key(name string) ed25519.PrivKey { return ed25519.GenPrivKeyFromSecret([]byte(name)) }

func (h *Headers) check(err error) {
	h.tb.Helper()
	if err != nil {
		h.tb.Fatal(err)
	}
}

// Next signs the next header, over the state of the height before it.
func (h *Headers) Next(appHash []byte) {
	h.tb.Helper()
	var list []*cmttypes.Validator
	for _, n := range h.Signers {
		list = append(list, cmttypes.NewValidator(key(n).PubKey(), Power))
	}
	vals, err := cmttypes.ValidatorSetFromExistingValidators(list)
	h.check(err)
	h.Height++
	h.Time = h.Time.Add(time.Second)
	header := &cmttypes.Header{
		Version: cmtversion.Consensus{Block: version.BlockProtocol}, ChainID: h.ChainID, Height: h.Height, Time: h.Time,
		LastBlockID: h.last, LastCommitHash: tmhash.Sum([]byte("commit")), DataHash: tmhash.Sum([]byte("data")),
		ValidatorsHash: vals.Hash(), NextValidatorsHash: vals.Hash(), ConsensusHash: tmhash.Sum([]byte("params")),
		AppHash: appHash, LastResultsHash: tmhash.Sum(nil), EvidenceHash: tmhash.Sum(nil), ProposerAddress: vals.Validators[0].Address,
	}
	h.last = cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: tmhash.Sum(header.Hash())}}
	h.blocks[h.Height] = &cmttypes.LightBlock{
		SignedHeader: &cmttypes.SignedHeader{Header: header, Commit: h.sign(header, vals)}, ValidatorSet: vals,
	}
}

// sign is the commit over the last header by all validators that are not silent.
func (h *Headers) sign(header *cmttypes.Header, vals *cmttypes.ValidatorSet) *cmttypes.Commit {
	h.tb.Helper()
	commit := &cmttypes.Commit{Height: header.Height, Round: 1, BlockID: h.last, Signatures: make([]cmttypes.CommitSig, vals.Size())}
	for i, v := range vals.Validators {
		commit.Signatures[i] = cmttypes.NewCommitSigAbsent()
		at := slices.IndexFunc(h.Signers, func(n string) bool { return string(key(n).PubKey().Address()) == string(v.Address) })
		if slices.Contains(h.Silent, h.Signers[at]) {
			continue
		}
		commit.Signatures[i] = cmttypes.CommitSig{
			BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: v.Address, Timestamp: header.Time.Add(time.Duration(i) * time.Millisecond),
		}
		sig, err := key(h.Signers[at]).Sign(commit.VoteSignBytes(h.ChainID, int32(i)))
		h.check(err)
		commit.Signatures[i].Signature = sig
	}
	return commit
}

// Hash of the header of a height.
func (h *Headers) Hash(height int64) []byte {
	h.tb.Helper()
	b := h.blocks[height]
	if b == nil {
		h.tb.Fatalf("no header %d", height)
	}
	return b.Hash()
}

// Commit is a receipt.Node's.
func (h *Headers) Commit(_ context.Context, height *int64) (*ctypes.ResultCommit, error) {
	if height == nil && h.OnCommit != nil {
		h.OnCommit()
	}
	at := h.Height
	if height != nil {
		at = *height
	}
	b := h.blocks[at]
	if b == nil {
		return nil, fmt.Errorf("no block %d", at)
	}
	return ctypes.NewResultCommit(b.Header, b.Commit, true), nil
}

// Validators is a receipt.Node's.
func (h *Headers) Validators(_ context.Context, height *int64, page, perPage *int) (*ctypes.ResultValidators, error) {
	b := h.blocks[*height]
	if b == nil {
		return nil, fmt.Errorf("no block %d", *height)
	}
	all := b.ValidatorSet.Validators
	from := min((*page-1)**perPage, len(all))
	return &ctypes.ResultValidators{BlockHeight: *height, Validators: all[from:min(from+*perPage, len(all))], Total: len(all)}, nil
}
