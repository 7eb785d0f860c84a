package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

// Invariants walks all records and returns ErrInvariant for the first thing that does not add up. It is for
// tests and for operators, never for a block. It holds between any two transactions and after every block:
//
//   - the module account holds escrow + bonds + unbonding + pending of the ledger;
//   - the ledger fits together: what was deposited has left or is held;
//   - what was minted as emission, has accrued and was forfeited is together not more than the takes that were burned;
//   - the records sum to the ledger: bonds, liens, escrows, unbondings, emission, and what is pending;
//   - no bond has more under lien than is bonded, nor less than its lien releases, nor its key for somebody else; emission of
//     challenged seats is set aside only where more is under lien than frees itself;
//   - the parts of each escrow are what was escrowed, and no more was restored than the task cost and its seats lost;
//   - the two lookups of unbondings hold the same.
//
// That the liens of open and of challenged seats, the stakes in open challenges and the lien releases together are
// what is under lien needs x/attest too; LienedBy gives the half that is known here.
func (k *Keeper) Invariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := g.Validate(); err != nil {
		return errorsmod.Wrap(types.ErrInvariant, err.Error())
	}
	if err := k.checkBalance(ctx, g.Ledger.Pockets); err != nil {
		return err
	}
	if err := k.checkBonds(ctx); err != nil {
		return err
	}
	return k.checkUnbondingIndex(ctx, len(g.Unbondings))
}

// checkBonds compares each bond with its key.
func (k *Keeper) checkBonds(ctx context.Context) error {
	return k.bonds.Walk(ctx, nil, func(who sdk.AccAddress, b types.Bond) (bool, error) {
		name, err := k.addr.BytesToString(who)
		if err == nil && name != b.Provider {
			err = errorsmod.Wrapf(types.ErrInvariant, "bond of %s names %s", name, b.Provider)
		}
		return false, err
	})
}

func (k *Keeper) checkUnbondingIndex(ctx context.Context, want int) error {
	count := 0
	err := k.unbondingsBy.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, uint64]) (bool, error) {
		count++
		has, err := k.unbondings.Has(ctx, collections.Join(key.K2(), key.K1()))
		if err == nil && !has {
			err = errorsmod.Wrapf(types.ErrInvariant, "no unbonding of %s at height %d", key.K1(), key.K2())
		}
		return false, err
	})
	if err == nil && count != want {
		err = errorsmod.Wrapf(types.ErrInvariant, "%d unbondings, %d by provider", want, count)
	}
	return err
}

// LienedBy returns what of a provider's bond is under lien, and the part of it that frees itself at a height; the
// difference must be the liens of its open and of its challenged seats and its stakes in open challenges. It walks all lien releases: for tests.
func (k *Keeper) LienedBy(ctx context.Context, provider string) (liened, releasing uint64, err error) {
	who, err := k.bytesOf(provider)
	if err != nil {
		return 0, 0, err
	}
	bond, err := k.bonds.Get(ctx, who)
	if err != nil && !isNotFound(err) {
		return 0, 0, err
	}
	err = k.lienReleases.Walk(ctx, nil, func(key heightOf, r types.Release) (bool, error) {
		if key.K2().Equals(who) {
			releasing, err = types.Add(releasing, r.Lien)
		}
		return err != nil, err
	})
	return bond.Liened, releasing, err
}

// WalkBonds visits all bonds in order of address until visit returns true.
func (k *Keeper) WalkBonds(ctx context.Context, visit func(types.Bond) (stop bool)) error {
	return k.bonds.Walk(ctx, nil, func(_ sdk.AccAddress, b types.Bond) (bool, error) { return visit(b), nil })
}
