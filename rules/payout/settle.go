package payout

import (
	"errors"
	"fmt"
	"math/bits"
)

// ErrInput is returned when an input contradicts itself: a rate above 100 %, shares that do not sum to 100 %,
// an unknown fate, or a fate that the end of the task does not allow. It is a fault of the caller, never of a
// user.
var ErrInput = errors.New("contradictory settlement input")

// Fate says how a seat ended.
type Fate uint8

const (
	// Right revealed the result that the verdict established, and stands for it; only a settled task has such seats.
	Right Fate = iota + 1
	// Wrong revealed another result than the established one, or was overthrown: proven wrong by the referee, or
	// silent when it was disputed. A refunded task can have such seats too.
	Wrong
	// NoCommit did not commit in time: the soft fault.
	NoCommit
	// NoReveal committed and did not reveal in time.
	NoReveal
	// Freed did its part in a round that came to no verdict.
	Freed
	// NoDefence was silent when the established result, which it had revealed, was disputed, or when it had to dispute
	// another that stood beside its own: unreachable, a soft fault.
	NoDefence
)

// Why says what a transfer is for.
type Why uint8

const (
	// WhySeat is a seat's price less take and model fee.
	WhySeat Why = iota + 1
	// WhyModelFee is a share of the model's fee.
	WhyModelFee
	// WhySlashReward is an honest seat's part of the task's slashes.
	WhySlashReward
)

// Rates of a task, all in basis points from 0 to 10 000.
type Rates struct {
	Take      uint32 // of each seat's gross: the protocol's part
	TakeBurn  uint32 // of the take: burned; the rest goes to the validators
	SlashBurn uint32 // of the slashes: burned; the rest goes to the honest seats
	SoftFault uint32 // of the lien: lost for not committing, or for not defending what was right
	ModelFee  uint32 // of each seat's gross: the model's part
}

// Split gives a recipient a share of the model's fee, in basis points. The shares of a task sum to 10 000.
type Split struct {
	Recipient string
	ShareBps  uint32
}

// Seat is one provider's place on the task, audit seats included, with its fate, its lien in uaic and its prices in uaic per 1 000
// tokens.
type Seat struct {
	Provider          string
	Fate              Fate
	Lien              uint64
	PriceIn, PriceOut uint64
}

// Input is all that decides where the money of a closed task goes.
type Input struct {
	// Escrow is the uaic held for the task.
	Escrow uint64
	// Settled is true when a result was established, false when the task is refunded.
	Settled bool
	// InTokens and OutTokens are the lengths of the input and of the established output.
	InTokens, OutTokens uint32
	Rates               Rates
	// Splits of the model fee; the first owns the rounding remainder. May be empty only with a model fee of 0.
	Splits []Split
	// Seats of all rounds in order of round and seat, which is the order of payment.
	Seats []Seat
}

// Transfer is uaic to a recipient, never 0.
type Transfer struct {
	Recipient string
	Amount    uint64
	Why       Why
}

// SeatEnd is what happens to the lien of a seat. Invariant: Slash + Hold + Free = the lien.
type SeatEnd struct {
	Slash uint64 // taken from the bond
	Hold  uint64 // stays reserved until the challenge window has passed
	Free  uint64 // freed at once
}

// Outcome tells where every uaic goes. Invariants:
// the escrow = PaidSeats + PaidModel + Validators + BurnedTake + Refund;
// Slashed = Rewarded + BurnedSlash;
// the transfers sum to PaidSeats + PaidModel + Rewarded.
type Outcome struct {
	// Transfers in order: seats as seated, model fee as split, rewards as seated.
	Transfers []Transfer
	// Seats in the order of the input.
	Seats []SeatEnd

	PaidSeats  uint64 // to right seats, after take and model fee
	PaidModel  uint64 // to the recipients of the model fee
	Validators uint64 // the part of the take that is not burned
	BurnedTake uint64 // the burned part of the take
	Refund     uint64 // the rest of the escrow, to the payer

	Slashed     uint64 // from bonds
	Rewarded    uint64 // of the slashes, to honest seats
	BurnedSlash uint64 // of the slashes, with the remainder of the division
}

// Settle decides where the money of a closed task goes.
//
// A settled task pays its right seats their gross while the escrow lasts, in order; the rest goes back to the
// payer. A refunded task gives the whole escrow back. Wrong and withheld results lose the whole lien, a missing
// commit or defence the soft-fault part of it, and none of these is paid. What is not burned of the slashes is divided equally among the honest
// seats: the right ones, or the freed ones when there is no result. Liens of right seats stay until the
// challenge window has passed; all others are free at once.
//
// It returns ErrInput for a contradictory input and ErrOverflow if the slashes together do not fit in 64 bits.
func Settle(in Input) (Outcome, error) {
	if err := in.validate(); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	out.payEscrow(in)
	if err := out.slash(in); err != nil {
		return Outcome{}, err
	}
	out.reward(in)
	return out, nil
}

// payEscrow divides the escrow among right seats, model, validators, fire and payer.
func (o *Outcome) payEscrow(in Input) {
	left, take, fee := in.Escrow, uint64(0), uint64(0)
	for _, s := range in.Seats {
		if s.Fate != Right {
			continue
		}
		gross, err := Gross(in.InTokens, in.OutTokens, s.PriceIn, s.PriceOut)
		if err != nil || gross > left {
			gross = left // a gross beyond 64 bits is beyond any escrow
		}
		left -= gross
		seatTake := Share(gross, in.Rates.Take)
		seatFee := min(Share(gross, in.Rates.ModelFee), gross-seatTake) // the take comes first
		take += seatTake
		fee += seatFee
		o.transfer(s.Provider, gross-seatTake-seatFee, WhySeat)
		o.PaidSeats += gross - seatTake - seatFee
	}
	o.BurnedTake = Share(take, in.Rates.TakeBurn)
	o.Validators = take - o.BurnedTake
	o.PaidModel = fee
	o.Refund = left
	o.splitFee(fee, in.Splits)
}

// splitFee divides the model fee by shares; the first recipient owns the remainder.
func (o *Outcome) splitFee(fee uint64, splits []Split) {
	rest := fee
	for _, s := range splits {
		rest -= Share(fee, s.ShareBps)
	}
	for i, s := range splits {
		amount := Share(fee, s.ShareBps)
		if i == 0 {
			amount += rest
		}
		o.transfer(s.Recipient, amount, WhyModelFee)
	}
}

// slash decides the end of each lien.
func (o *Outcome) slash(in Input) error {
	o.Seats = make([]SeatEnd, len(in.Seats))
	for i, s := range in.Seats {
		end := &o.Seats[i]
		switch s.Fate {
		case Right:
			end.Hold = s.Lien
		case Wrong, NoReveal:
			end.Slash = s.Lien
		case NoCommit, NoDefence:
			end.Slash = Share(s.Lien, in.Rates.SoftFault)
		}
		end.Free = s.Lien - end.Slash - end.Hold
		sum, carry := bits.Add64(o.Slashed, end.Slash, 0)
		if carry != 0 {
			return fmt.Errorf("slashes of the task: %w", ErrOverflow)
		}
		o.Slashed = sum
	}
	return nil
}

// reward divides what is not burned of the slashes equally among the honest seats; the remainder is burned.
func (o *Outcome) reward(in Input) {
	honest := Right
	if !in.Settled {
		honest = Freed
	}
	seats := uint64(0)
	for _, s := range in.Seats {
		if s.Fate == honest {
			seats++
		}
	}
	if seats > 0 {
		each := (o.Slashed - Share(o.Slashed, in.Rates.SlashBurn)) / seats
		for _, s := range in.Seats {
			if s.Fate == honest {
				o.transfer(s.Provider, each, WhySlashReward)
			}
		}
		o.Rewarded = each * seats
	}
	o.BurnedSlash = o.Slashed - o.Rewarded
}

func (o *Outcome) transfer(to string, amount uint64, why Why) {
	if amount > 0 {
		o.Transfers = append(o.Transfers, Transfer{Recipient: to, Amount: amount, Why: why})
	}
}
