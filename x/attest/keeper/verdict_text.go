package keeper

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
)

// verdictOf is a computed step as it is stored and told.
func verdictOf(v step.Verdict, tensor uint64) types.StepVerdict {
	return types.StepVerdict{
		Tensor: tensor, Unit: v.Unit, Operator: v.At.Site.String(), Position: uint32(v.At.Position), Layer: uint32(v.At.Layer),
		Claimed: v.Claimed, Expected: v.Expected,
		ClaimedText: unitText(v.At.Site, v.Claimed), ExpectedText: unitText(v.At.Site, v.Expected),
	}
}

// unitText writes one unit of a tensor as the integers that it holds; the types are those of canon/step's table of
// tensors. A unit is told apart by its length, and by its tensor where a sign matters. It is empty for no bytes.
func unitText(site step.Site, unit []byte) string {
	le := binary.LittleEndian
	switch len(unit) {
	case 0:
		return ""
	case 1:
		if isExponent(site) {
			return fmt.Sprintf("%d (exponent)", unit[0])
		}
		return fmt.Sprintf("%d", int8(unit[0]))
	case 2:
		return fmt.Sprintf("%d", int16(le.Uint16(unit)))
	case 4:
		if isUnsigned(site) {
			return fmt.Sprintf("%d", le.Uint32(unit))
		}
		return fmt.Sprintf("%d", int32(le.Uint32(unit)))
	case 5:
		return fmt.Sprintf("%d, shift %d", le.Uint32(unit), unit[4])
	case 8:
		return text8(site, unit)
	case 16: // high half, then low half
		sum := new(big.Int).SetUint64(le.Uint64(unit))
		sum.Lsh(sum, 64).Or(sum, new(big.Int).SetUint64(le.Uint64(unit[8:])))
		return sum.String()
	}
	return fmt.Sprintf("%d bytes", len(unit))
}

// text8 writes a unit of eight bytes.
func text8(site step.Site, unit []byte) string {
	le := binary.LittleEndian
	switch site {
	case step.SiteCutCounts:
		return fmt.Sprintf("%d above, %d equal", le.Uint32(unit), le.Uint32(unit[4:]))
	case step.SiteCut:
		return fmt.Sprintf("threshold %d, ties %d", int32(le.Uint32(unit)), le.Uint32(unit[4:]))
	case step.SiteTotals, step.SitePartials:
		return fmt.Sprintf("%d", int64(le.Uint64(unit)))
	}
	return fmt.Sprintf("%d", le.Uint64(unit))
}

// isUnsigned tells whether the units of four bytes of a tensor have no sign.
func isUnsigned(site step.Site) bool {
	switch site {
	case step.SiteAttnInMax, step.SiteAttnOutMax, step.SiteFFNInMax, step.SiteFFNOutMax, step.SiteHeadInMax,
		step.SiteWeights, step.SiteCutSearch, step.SiteToken, step.SiteOutput:
		return true
	}
	return false
}

// isExponent tells whether the units of one byte of a tensor are exponents.
func isExponent(site step.Site) bool {
	switch site {
	case step.SiteQueryPacked, step.SiteKeyPacked, step.SiteValuePacked, step.SiteValueBlock:
		return true
	}
	return false
}
