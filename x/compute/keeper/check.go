package keeper

import (
	"strings"
	"unicode"
	"unicode/utf8"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/compute/types"
)

// checkText wants UTF-8 of least to most bytes without control characters; it returns ErrBadText.
func checkText(field, s string, least, most int) error {
	if len(s) < least || len(s) > most {
		return errorsmod.Wrapf(types.ErrBadText, "expected %s of %d to %d bytes, got %d", field, least, most, len(s))
	}
	if !utf8.ValidString(s) || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return errorsmod.Wrapf(types.ErrBadText, "expected %s in UTF-8 without control characters", field)
	}
	return nil
}

// checkLicense wants an SPDX expression: letters, digits and ".+-() ", 1 to 64 bytes. Whether it is in the
// list of SPDX is not the chain's to judge.
func checkLicense(s string) error {
	if err := checkText("license", s, 1, types.MaxLicenseBytes); err != nil {
		return err
	}
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune(".+-() ", r) {
			return errorsmod.Wrapf(types.ErrBadText, "expected license as an SPDX identifier, got %q", s)
		}
	}
	return nil
}

// amountOf gives a positive coin of ours as uaic, or fails with ErrBadCoin.
func amountOf(field string, c sdk.Coin) (uint64, error) {
	switch {
	case c.Amount.IsNil():
		return 0, errorsmod.Wrapf(types.ErrBadCoin, "expected %s, got none", field)
	case c.Denom != payout.Denom:
		return 0, errorsmod.Wrapf(types.ErrBadCoin, "expected %s in %s, got %q", field, payout.Denom, c.Denom)
	case !c.Amount.IsPositive():
		return 0, errorsmod.Wrapf(types.ErrBadCoin, "expected a positive %s, got %s", field, c.Amount)
	case !c.Amount.IsUint64():
		return 0, errorsmod.Wrapf(types.ErrBadCoin, "expected %s within 64 bits, got %s", field, c.Amount)
	}
	return c.Amount.Uint64(), nil
}

// height of the block as our unsigned heights count.
func height(ctx sdk.Context) uint64 { return uint64(ctx.BlockHeight()) }
