package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// readKey marks the rounds that a context carries.
type readKey struct{}

// ReadRounds are the rounds that the check of a transaction's seat messages has read, by message, in the order of its
// items: the messages of the same transaction need not read and decode them again. It lives for one run of one
// transaction; between the check and the message nothing can change a round, and each list is used once.
type ReadRounds struct{ of map[sdk.Msg][]Round }

// WithReadRounds gives a transaction's context a place for what its check reads.
func WithReadRounds(ctx sdk.Context) sdk.Context { return ctx.WithValue(readKey{}, &ReadRounds{}) }

// ReadRoundsIn returns the place, nil if the context has none.
func ReadRoundsIn(ctx sdk.Context) *ReadRounds {
	r, _ := ctx.Value(readKey{}).(*ReadRounds)
	return r
}

// Keep keeps the rounds of all items of a message; nothing without a place.
func (r *ReadRounds) Keep(msg sdk.Msg, rounds []Round) {
	if r == nil {
		return
	}
	if r.of == nil {
		r.of = map[sdk.Msg][]Round{}
	}
	r.of[msg] = rounds
}

// Take gives the rounds of a message, once; nil if there are none.
func (r *ReadRounds) Take(msg sdk.Msg) []Round {
	if r == nil {
		return nil
	}
	rounds := r.of[msg]
	delete(r.of, msg)
	return rounds
}
