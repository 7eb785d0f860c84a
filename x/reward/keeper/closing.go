package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	"github.com/aichain/aichain/x/reward/types"
)

// closing carries out the end of one task. It keeps what several steps of it need: the pockets, stored once at
// the end, and the accounts already decoded, for decoding one costs more than storing a credit to it.
type closing struct {
	*Keeper
	ctx          context.Context
	pockets      types.Pockets
	seatEmission uint64 // what each right seat accrues, uaic
	known        []account
}

type account struct {
	name string
	who  sdk.AccAddress
}

// bytesOf decodes an account once; a task has few of them.
func (c *closing) bytesOf(name string) (sdk.AccAddress, error) {
	for _, a := range c.known {
		if a.name == name {
			return a.who, nil
		}
	}
	who, err := c.Keeper.bytesOf(name)
	if err == nil {
		c.known = append(c.known, account{name, who})
	}
	return who, err
}

// divide closes the escrow and credits everyone who gets a part of it or of the slashes.
func (c *closing) divide(e types.Escrow, out payout.Outcome) error {
	var due credits
	for _, t := range out.Transfers {
		p := types.Payout{Recipient: t.Recipient, Amount: t.Amount}
		if t.Why == payout.WhySlashReward {
			p.SlashRewards = t.Amount
		} else {
			p.Paid = t.Amount
		}
		if err := due.add(p); err != nil {
			return err
		}
	}
	if err := due.add(types.Payout{Recipient: e.Payer, Amount: out.Refund, Refunded: out.Refund}); err != nil {
		return err
	}
	for _, p := range due {
		who, err := c.bytesOf(p.Recipient)
		if err != nil {
			return err
		}
		if err := c.creditTo(c.ctx, who, p); err != nil {
			return err
		}
	}
	p := &c.pockets
	if err := p.Move(&p.Escrow, &p.Pending, e.Held); err != nil {
		return err
	}
	p.PendingBurn += out.BurnedTake // parts of pending, which did not overflow
	p.PendingTake += out.BurnedTake
	p.PendingValidators += out.Validators
	e.Held, e.PaidSeats, e.PaidModel = 0, out.PaidSeats, out.PaidModel
	e.PaidValidators, e.Burned, e.Refunded = out.Validators, out.BurnedTake, out.Refund
	e.Slashed = out.Slashed // nothing is slashed before the verdict
	e.SeatEmission = c.seatEmission
	return c.escrows.Set(c.ctx, e.TaskId, e)
}

// endSeats slashes and frees the liens of all seats; those of right seats stay until the challenge window is over.
func (c *closing) endSeats(v attesttypes.FinalVerdict, out payout.Outcome) error {
	release := height(c.ctx) + v.Task.Snapshot.ChallengeWindow
	for i, seat := range v.Seats {
		end := out.Seats[i]
		who, err := c.bytesOf(seat.Provider)
		if err != nil {
			return err
		}
		if end.Hold > 0 {
			r := types.Release{Lien: end.Hold, Emission: c.seatEmission}
			if err := c.addRelease(c.ctx, collections.Join(release, who), r); err != nil {
				return err
			}
		}
		if end.Slash+end.Free > 0 {
			if err := c.lowerBond(who, end); err != nil {
				return err
			}
		}
		if end.Slash == 0 {
			continue
		}
		err = event.Emit(sdk.UnwrapSDKContext(c.ctx), &types.EventSeatSlashed{
			TaskId: v.Task.Id, Provider: seat.Provider, Reason: seat.Outcome, Amount: end.Slash,
		})
		if err != nil {
			return err
		}
	}
	return c.countSlashed(out)
}

// lowerBond takes a slash out of a bond and frees what ends of its lien.
func (c *closing) lowerBond(who sdk.AccAddress, end payout.SeatEnd) error {
	bond, err := c.bondOf(c.ctx, who)
	if err != nil {
		return err
	}
	if bond.Bonded, err = types.Sub(bond.Bonded, end.Slash); err != nil {
		return err
	}
	if bond.Liened, err = types.Sub(bond.Liened, end.Slash+end.Free); err != nil {
		return err
	}
	if err := c.bonds.Set(c.ctx, who, bond); err != nil {
		return err
	}
	p := &c.pockets
	if p.Liened, err = types.Sub(p.Liened, end.Slash+end.Free); err != nil {
		return err
	}
	if end.Slash == 0 {
		return nil
	}
	if err := p.Move(&p.Bonds, &p.Pending, end.Slash); err != nil {
		return err
	}
	return c.providers.BondChanged(c.ctx, bond.Provider, bond.Bonded)
}

// countSlashed adds the slashes of the task to the fire's part of pending and to the totals.
func (c *closing) countSlashed(out payout.Outcome) error {
	if out.Slashed == 0 {
		return nil
	}
	c.pockets.PendingBurn += out.BurnedSlash // a part of pending
	totals, err := c.totals.Get(c.ctx)
	if err != nil {
		return err
	}
	totals.Slashed = totals.Slashed.Add(math.NewIntFromUint64(out.Slashed))
	return c.totals.Set(c.ctx, totals)
}
