package types

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// Free is the part of the bond that is not under lien, uaic.
func (b Bond) Free() uint64 {
	if b.Liened > b.Bonded {
		return 0
	}
	return b.Bonded - b.Liened
}

// Validate returns ErrInvariant if more is under lien than is bonded, or if emission of challenged seats is set aside and
// nothing is under lien: the lien of such a seat is held too, and without one the bond could be closed and take the
// emission with it.
func (b Bond) Validate() error {
	if b.Liened > b.Bonded {
		return errorsmod.Wrapf(ErrInvariant, "bond of %s: liened %d of %d", b.Provider, b.Liened, b.Bonded)
	}
	if b.ChallengedEmission > 0 && b.Liened == 0 {
		return errorsmod.Wrapf(ErrInvariant, "bond of %s: expected a lien of the seats whose emission of %d is challenged, got none", b.Provider, b.ChallengedEmission)
	}
	return nil
}

// IsClosed says whether the money of the task has been given away. Deposits are never 0, so an escrow that
// holds nothing is closed.
func (e Escrow) IsClosed() bool { return e.Held == 0 }

// Cost is what the task took from its payer, uaic: 0 while the escrow is held.
func (e Escrow) Cost() uint64 { return e.Escrowed - e.Held - e.Refunded }

// Restorable is the part of the cost that was not restored to the payer yet, uaic.
func (e Escrow) Restorable() uint64 { return e.Cost() - e.Restored }

// Validate returns ErrInvariant if the parts of the escrow are not what was escrowed, if it is half closed, if more
// was restored than the task cost or than was slashed, if a seat accrued more than the task burned, or if something was slashed before the task was closed.
func (e Escrow) Validate() error {
	sum := sumOf(e.Held, e.PaidSeats, e.PaidModel, e.PaidValidators, e.Burned, e.Refunded)
	if !sum.Equal(math.NewIntFromUint64(e.Escrowed)) {
		return errorsmod.Wrapf(ErrInvariant, "escrow of task %d: %d escrowed, parts sum to %s", e.TaskId, e.Escrowed, sum)
	}
	if e.Escrowed == 0 || (e.Held != 0 && e.Held != e.Escrowed) {
		return errorsmod.Wrapf(ErrInvariant, "escrow of task %d: holds %d of %d", e.TaskId, e.Held, e.Escrowed)
	}
	if !e.IsClosed() && e.Slashed != 0 {
		return errorsmod.Wrapf(ErrInvariant, "escrow of task %d: slashed %d before it was closed", e.TaskId, e.Slashed)
	}
	if e.SeatEmission > e.Burned {
		return errorsmod.Wrapf(ErrInvariant, "escrow of task %d: emission of %d a seat, burned %d", e.TaskId, e.SeatEmission, e.Burned)
	}
	if most := min(e.Cost(), e.Slashed); e.Restored > most {
		return errorsmod.Wrapf(ErrInvariant, "escrow of task %d: restored %d, expected at most %d", e.TaskId, e.Restored, most)
	}
	return nil
}

// Add adds another payout of the same recipient; ErrOverflow if the sum leaves 64 bits.
func (p *Payout) Add(o Payout) error {
	sum, err := Add(p.Amount, o.Amount)
	if err != nil {
		return err
	}
	p.Amount = sum // the parts are not more than the sum
	p.Paid += o.Paid
	p.Refunded += o.Refunded
	p.SlashRewards += o.SlashRewards
	p.Unbonded += o.Unbonded
	return nil
}

// Validate returns ErrInvariant if the parts are not the amount, or nothing is to be paid.
func (p Payout) Validate() error {
	sum := sumOf(p.Paid, p.Refunded, p.SlashRewards, p.Unbonded)
	if p.Amount == 0 || !sum.Equal(math.NewIntFromUint64(p.Amount)) {
		return errorsmod.Wrapf(ErrInvariant, "payout to %s of %d, parts sum to %s", p.Recipient, p.Amount, sum)
	}
	return nil
}
