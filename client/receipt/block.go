package receipt

import (
	"bytes"
	"errors"
	"fmt"

	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// hashBytes is the length of a header's hash.
const hashBytes = 32

// NewBlock packs what a node returned about one block. The validators must be in the order of their set.
func NewBlock(header *cmttypes.Header, commit *cmttypes.Commit, validators []*cmttypes.Validator) (Block, error) {
	var b Block
	if header == nil || commit == nil {
		return b, refuse(ErrMalformed, "a block", "a header and a commit", "none")
	}
	var err error
	if b.Header, err = header.ToProto().Marshal(); err != nil {
		return b, err
	}
	if b.Commit, err = commit.ToProto().Marshal(); err != nil {
		return b, err
	}
	for _, v := range validators {
		b.Validators = append(b.Validators, v.Bytes())
	}
	return b, b.checkBounds()
}

// open decodes a block and checks that it is whole in itself: the validators hash to what the header says, the commit is
// over this header, every signature in it is right, and those for the block have more than two thirds of the power. That
// these validators are the chain's is not checked; see Trust.
func (b Block) open(part string) (*cmttypes.LightBlock, error) {
	if err := b.checkBounds(); err != nil {
		return nil, err
	}
	header, err := openHeader(part, b.Header)
	if err != nil {
		return nil, err
	}
	commit, err := openCommit(part, b.Commit)
	if err != nil {
		return nil, err
	}
	vals, err := openValidators(part, b.Validators)
	if err != nil {
		return nil, err
	}
	block := &cmttypes.LightBlock{SignedHeader: &cmttypes.SignedHeader{Header: header, Commit: commit}, ValidatorSet: vals}
	return block, checkBlock(part, block)
}

func openHeader(part string, raw []byte) (*cmttypes.Header, error) {
	var pb cmtproto.Header
	if err := unmarshal(ErrMalformed, "header of "+part, raw, &pb); err != nil {
		return nil, err
	}
	h, err := cmttypes.HeaderFromProto(&pb)
	if err != nil {
		return nil, refuse(ErrHeader, part, "a header", err.Error())
	}
	return &h, canonical(ErrMalformed, "header of "+part, raw, h.ToProto())
}

func openCommit(part string, raw []byte) (*cmttypes.Commit, error) {
	var pb cmtproto.Commit
	if err := unmarshal(ErrMalformed, "commit of "+part, raw, &pb); err != nil {
		return nil, err
	}
	if n := len(pb.Signatures); n > MaxValidators {
		return nil, refuse(ErrMalformed, "commit of "+part, fmt.Sprintf("at most %d signatures", MaxValidators), fmt.Sprint(n))
	}
	c, err := cmttypes.CommitFromProto(&pb)
	if err != nil {
		return nil, refuse(ErrHeader, part, "a commit", err.Error())
	}
	return c, canonical(ErrMalformed, "commit of "+part, raw, c.ToProto())
}

func openValidators(part string, raw [][]byte) (*cmttypes.ValidatorSet, error) {
	list := make([]*cmttypes.Validator, len(raw))
	seen := make(map[string]bool, len(raw))
	for i := range raw {
		name := fmt.Sprintf("validator %d of %s", i, part)
		var pb cmtproto.SimpleValidator
		if err := unmarshal(ErrMalformed, name, raw[i], &pb); err != nil {
			return nil, err
		}
		if pb.PubKey == nil || pb.VotingPower < 1 {
			return nil, refuse(ErrMalformed, name, "a public key and a power from 1", fmt.Sprintf("power %d", pb.VotingPower))
		}
		key, err := cryptoenc.PubKeyFromProto(*pb.PubKey)
		if err != nil {
			return nil, refuse(ErrMalformed, name, "a public key", err.Error())
		}
		list[i] = cmttypes.NewValidator(key, pb.VotingPower)
		if seen[string(list[i].Address)] { // the library panics
			return nil, refuse(ErrHeader, part, "each validator once", fmt.Sprintf("%X twice", list[i].Address))
		}
		seen[string(list[i].Address)] = true
	}
	vals, err := cmttypes.ValidatorSetFromExistingValidators(list) // sorts: another order than the set's has another hash
	if err != nil {
		return nil, refuse(ErrHeader, part, "a validator set", err.Error())
	}
	for i := range raw {
		if !bytes.Equal(vals.Validators[i].Bytes(), raw[i]) {
			return nil, refuse(ErrHeader, part, "validators in the order of their set", "another order")
		}
	}
	return vals, nil
}

// checkBlock checks a decoded block in itself.
func checkBlock(part string, b *cmttypes.LightBlock) error {
	header, commit := b.Header, b.Commit
	if commit.Height != header.Height {
		return refuse(ErrHeight, part, fmt.Sprintf("a commit of height %d", header.Height), fmt.Sprint(commit.Height))
	}
	hash := header.Hash()
	if len(hash) != hashBytes || !bytes.Equal(hash, commit.BlockID.Hash) {
		return refuse(ErrHeader, part, fmt.Sprintf("a header with the hash that is signed, %X", commit.BlockID.Hash), fmt.Sprintf("%X", hash))
	}
	if got := b.ValidatorSet.Hash(); !bytes.Equal(got, header.ValidatorsHash) {
		return refuse(ErrHeader, part, fmt.Sprintf("validators with the header's hash %X", header.ValidatorsHash), fmt.Sprintf("%X", got))
	}
	if err := b.SignedHeader.ValidateBasic(header.ChainID); err != nil {
		return refuse(ErrHeader, part, "a signed header", err.Error())
	}
	err := cmttypes.VerifyCommit(header.ChainID, b.ValidatorSet, commit.BlockID, header.Height, commit)
	var few cmttypes.ErrNotEnoughVotingPowerSigned
	if errors.As(err, &few) {
		return refuse(ErrPower, part, fmt.Sprintf("more than %d of %d", few.Needed, b.ValidatorSet.TotalVotingPower()), fmt.Sprint(few.Got))
	}
	if err != nil {
		return refuse(ErrHeader, part, "right signatures", err.Error())
	}
	return nil
}

// signed is the power that signed for a block that was checked.
func signed(b *cmttypes.LightBlock) (power int64) {
	for i, s := range b.Commit.Signatures {
		if s.BlockIDFlag == cmttypes.BlockIDFlagCommit {
			power += b.ValidatorSet.Validators[i].VotingPower
		}
	}
	return power
}
