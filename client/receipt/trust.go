package receipt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cometbft/cometbft/light"
	cmttypes "github.com/cometbft/cometbft/types"
)

// DefaultTrustingPeriod is how long after its time a header can vouch for later ones: two thirds of the three weeks for
// which stake stays slashable at the staking module's defaults.
const DefaultTrustingPeriod = 14 * 24 * time.Hour

// clockDrift is how far a header's time may be ahead of the reader's clock; the light client's default.
const clockDrift = 10 * time.Second

// Trust is a header that the reader trusts, from a node of its own, from somebody it believes, or from several sources
// that agree: the one thing that a receipt cannot prove.
type Trust struct {
	height int64
	hash   []byte
	block  *cmttypes.LightBlock // nil when only the hash is known
}

// TrustHash trusts the header of that height and hash. If it is an earlier one than the receipt's, the receipt must
// carry it, as Export writes it when asked.
func TrustHash(height int64, hash []byte) (Trust, error) {
	if height < 1 || len(hash) != hashBytes {
		return Trust{}, refuse(ErrMalformed, "trusted header", "a height from 1 and a hash of 32 bytes", fmt.Sprintf("%d and %d bytes", height, len(hash)))
	}
	return Trust{height: height, hash: bytes.Clone(hash)}, nil
}

// TrustBlock trusts a block, after checking that it is whole.
func TrustBlock(b Block) (Trust, error) {
	lb, err := b.open("the trusted header")
	if err != nil {
		return Trust{}, err
	}
	return Trust{height: lb.Height, hash: lb.Hash(), block: lb}, nil
}

// ParseTrust reads height:hash, with the hash in hex, or a block as Block.Encode writes it.
func ParseTrust(text []byte) (Trust, error) {
	trimmed := strings.TrimSpace(string(text))
	if strings.HasPrefix(trimmed, "{") {
		var b Block
		if err := decode("the trusted header", text, &b); err != nil {
			return Trust{}, err
		}
		return TrustBlock(b)
	}
	before, after, found := strings.Cut(trimmed, ":")
	height, err := strconv.ParseInt(before, 10, 64)
	if !found || err != nil {
		return Trust{}, refuse(ErrMalformed, "trusted header", "height:hash or a block in JSON", fmt.Sprintf("%.80q", trimmed))
	}
	hash, err := hex.DecodeString(after)
	if err != nil {
		return Trust{}, refuse(ErrMalformed, "trusted header", "a hash in hex", fmt.Sprintf("%.80q", after))
	}
	return TrustHash(height, hash)
}

// Height of the trusted header.
func (t Trust) Height() int64 { return t.height }

// Hash of the trusted header.
func (t Trust) Hash() []byte { return bytes.Clone(t.hash) }

// reach checks that the trusted header leads to the last of the blocks, which are whole in themselves and ascend.
func (t Trust) reach(blocks []*cmttypes.LightBlock, period time.Duration, now time.Time) error {
	last := blocks[len(blocks)-1]
	if t.height > last.Height {
		return refuse(ErrHeight, "trusted header", fmt.Sprintf("at most %d, the header of the receipt: ask a node that you trust for the hash of that one", last.Height), fmt.Sprint(t.height))
	}
	from, later := t.block, blocks
	for i, b := range blocks {
		if b.Height == t.height {
			if !bytes.Equal(b.Hash(), t.hash) {
				return refuse(ErrUntrusted, fmt.Sprintf("header of height %d", b.Height), fmt.Sprintf("the trusted hash %X", t.hash), fmt.Sprintf("%X", []byte(b.Hash())))
			}
			from, later = b, blocks[i+1:]
		}
	}
	if from == nil {
		return refuse(ErrHeight, "trusted header", "one that the receipt carries, at "+heights(blocks)+", or a whole block", fmt.Sprintf("the hash of height %d", t.height))
	}
	for _, b := range later {
		if b.Height < t.height {
			continue
		}
		if err := step(from, b, period, now); err != nil {
			return err
		}
		from = b
	}
	return nil
}

// step is one step of a light client, from a trusted block to a later one.
func step(from, to *cmttypes.LightBlock, period time.Duration, now time.Time) error {
	part := fmt.Sprintf("from trusted height %d to %d", from.Height, to.Height)
	if from.ChainID != to.ChainID {
		return refuse(ErrOtherChain, part, fmt.Sprintf("%q", from.ChainID), fmt.Sprintf("%q", to.ChainID)) // nobody has vouched for the second
	}
	err := light.Verify(from.SignedHeader, from.ValidatorSet, to.SignedHeader, to.ValidatorSet, period, now, clockDrift, light.DefaultTrustLevel)
	var expired light.ErrOldHeaderExpired
	var cannot light.ErrNewValSetCantBeTrusted
	switch {
	case err == nil:
		return nil
	case errors.As(err, &expired):
		return refuse(ErrExpired, part, "a trusted header less than "+period.String()+" old", "one of "+from.Time.UTC().Format(time.RFC3339))
	case errors.As(err, &cannot):
		return refuse(ErrUntrusted, part, fmt.Sprintf("signatures of more than %d of the trusted power %d", cannot.Reason.Needed, from.ValidatorSet.TotalVotingPower()),
			fmt.Sprintf("%d", cannot.Reason.Got))
	}
	return refuse(ErrUntrusted, part, "a header that follows from the trusted one", err.Error())
}

func heights(blocks []*cmttypes.LightBlock) string {
	out := make([]string, len(blocks))
	for i, b := range blocks {
		out[i] = fmt.Sprint(b.Height)
	}
	return strings.Join(out, ", ")
}
