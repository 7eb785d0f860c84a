package types

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections/codec"
	errorsmod "cosmossdk.io/errors"
)

// Release is what frees itself at a height for one provider: liens, and the emission of the seats that they were for. All
// uaic. Emission is in the record that frees the lien because it waits for the same: that nobody can challenge any more.
type Release struct {
	Lien     uint64 `json:"lien"`
	Emission uint64 `json:"emission"`
}

// IsZero says whether nothing is left to be freed.
func (r Release) IsZero() bool { return r == Release{} }

// Add returns the sum of two releases, or ErrOverflow.
func (r Release) Add(o Release) (sum Release, err error) {
	if sum.Lien, err = Add(r.Lien, o.Lien); err != nil {
		return Release{}, err
	}
	if sum.Emission, err = Add(r.Emission, o.Emission); err != nil {
		return Release{}, err
	}
	return sum, nil
}

// Sub returns what is left of a release without another, or ErrLedger if that is more.
func (r Release) Sub(o Release) (rest Release, err error) {
	if rest.Lien, err = Sub(r.Lien, o.Lien); err != nil {
		return Release{}, err
	}
	if rest.Emission, err = Sub(r.Emission, o.Emission); err != nil {
		return Release{}, err
	}
	return rest, nil
}

// String tells the release in words.
func (r Release) String() string { return fmt.Sprintf("lien %d, emission %d", r.Lien, r.Emission) }

const (
	lienBytes    = 8  // a lien alone, as the first release of the chain wrote all of them
	releaseBytes = 16 // a lien, then its emission
)

// ReleaseValue writes releases: the lien in 8 bytes, big-endian, and behind it, if there is any, the emission likewise. So
// records from before there was emission are read as they are, and each release has one form.
var ReleaseValue codec.ValueCodec[Release] = releaseValue{}

type releaseValue struct{}

// Encode implements codec.ValueCodec.
func (releaseValue) Encode(r Release) ([]byte, error) {
	bz := binary.BigEndian.AppendUint64(make([]byte, 0, releaseBytes), r.Lien)
	if r.Emission > 0 {
		bz = binary.BigEndian.AppendUint64(bz, r.Emission)
	}
	return bz, nil
}

// Decode implements codec.ValueCodec; ErrInvariant for bytes that Encode does not write.
func (releaseValue) Decode(bz []byte) (Release, error) {
	switch len(bz) {
	case lienBytes:
		return Release{Lien: binary.BigEndian.Uint64(bz)}, nil
	case releaseBytes:
		r := Release{Lien: binary.BigEndian.Uint64(bz), Emission: binary.BigEndian.Uint64(bz[lienBytes:])}
		if r.Emission == 0 {
			return Release{}, errorsmod.Wrap(ErrInvariant, "release: expected no emission to be left out, got 0")
		}
		return r, nil
	}
	return Release{}, errorsmod.Wrapf(ErrInvariant, "release: expected %d or %d bytes, got %d", lienBytes, releaseBytes, len(bz))
}

// EncodeJSON implements codec.ValueCodec.
func (releaseValue) EncodeJSON(r Release) ([]byte, error) { return json.Marshal(r) }

// DecodeJSON implements codec.ValueCodec.
func (releaseValue) DecodeJSON(bz []byte) (r Release, err error) { return r, json.Unmarshal(bz, &r) }

// Stringify implements codec.ValueCodec.
func (releaseValue) Stringify(r Release) string { return r.String() }

// ValueType implements codec.ValueCodec.
func (releaseValue) ValueType() string { return "aichain.reward.Release" }
