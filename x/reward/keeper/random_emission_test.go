package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	"github.com/aichain/aichain/x/reward/types"
)

// emissionBook is what each provider must come to: what its seats accrued, without those that did not stand.
type emissionBook struct {
	*chance
	each      map[string]uint64 // by task and provider
	due       map[string]uint64 // by provider
	claimed   map[string]uint64 // by provider, as the events tell
	forfeited uint64
}

func newEmissionBook(t *testing.T, seed uint64) *emissionBook {
	w := newWorld(t)
	setBudgets(t, w, 3, 2)
	return &emissionBook{
		chance: &chance{
			world: w, r: rand.New(rand.NewPCG(seed, 77)), names: []string{"anna", "bert", "carl", "dora", "payer"},
			nextID: 1, seated: map[uint64]attesttypes.FinalVerdict{}, open: map[string]uint64{}, total: 5 * rich, acts: map[string]int{},
		},
		each: map[string]uint64{}, due: map[string]uint64{}, claimed: map[string]uint64{},
	}
}

func seatOf(s settledSeat) string { return fmt.Sprint(s.id, " ", s.provider) }

// step makes one random act and books what came of it.
func (b *emissionBook) step() {
	b.t.Helper()
	settled, games, kept := len(b.settled), slices.Clone(b.games), b.acts["fend off"]
	b.chance.step()
	for _, s := range b.settled[min(settled, len(b.settled)):] {
		res, err := b.query.Escrow(b.ctx, &types.QueryEscrowRequest{TaskId: s.id})
		require.NoError(b.t, err)
		if s.lien > 0 {
			b.each[seatOf(s)] = res.Escrow.SeatEmission
			b.due[s.provider] += res.Escrow.SeatEmission
		}
	}
	for _, g := range games {
		if len(b.games) < len(games) && b.acts["fend off"] == kept && !slices.Contains(b.games, g) {
			b.forfeited += b.each[seatOf(g.settledSeat)]
			b.due[g.provider] -= b.each[seatOf(g.settledSeat)]
		}
	}
}

// readClaims books the claims of the block; retirement claims too.
func (b *emissionBook) readClaims() {
	b.t.Helper()
	for _, e := range b.ctx.EventManager().Events() {
		if !strings.HasSuffix(e.Type, "EventEmissionClaimed") {
			continue
		}
		said := map[string]string{}
		for _, a := range e.Attributes {
			said[a.Key] = strings.Trim(a.Value, `"`)
		}
		amount, err := strconv.ParseUint(said["amount"], 10, 64)
		require.NoError(b.t, err)
		b.claimed[said["provider"]] += amount
	}
}

// move exports the chain and goes on with what a new one imports.
func (b *emissionBook) move() {
	b.t.Helper()
	g, other := b.export(), newWorld(b.t)
	require.NoError(b.t, b.bank.balances.Walk(b.ctx, nil, func(who sdk.AccAddress, amount uint64) (bool, error) {
		return false, other.bank.balances.Set(other.ctx, who, amount)
	}))
	other.at(uint64(b.ctx.BlockHeight()))
	require.NoError(b.t, other.k.InitGenesis(other.ctx, g))
	other.bank.blocked, other.bank.noBurn, other.providers.told = b.bank.blocked, b.bank.noBurn, b.providers.told
	require.Equal(b.t, g, other.export())
	b.world = other
}

// TestEmissionOfEachProvider books the emission of every seat beside the chain, through challenges, claims, retirements and
// exports: what is lost is what was counted as forfeited, and all the rest comes to its owner.
func TestEmissionOfEachProvider(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			b := newEmissionBook(t, seed)
			for h := uint64(2); h < 350; h++ {
				b.at(h)
				b.bank.blocked[string(account(b.name()))] = b.r.IntN(3) == 0
				b.bank.noBurn = b.r.IntN(5) == 0
				for range b.r.IntN(12) {
					b.step()
				}
				require.NoError(t, b.k.EndBlock(b.ctx))
				b.readClaims()
				b.check()
				require.EqualValues(t, b.forfeited, b.ledger().Totals.Forfeited.Uint64())
				if b.r.IntN(15) == 0 {
					b.move()
				}
			}
			require.NotZero(t, b.forfeited)
			b.bank.noBurn = false
			for h := uint64(350); h < 900; h++ { // all that waits
				require.NoError(t, b.k.EndBlock(b.at(h).ctx))
			}
			require.NoError(t, b.k.WalkBonds(b.ctx, func(bond types.Bond) bool {
				b.claimed[bond.Provider] += bond.Emission + bond.ChallengedEmission
				return false
			}))
			for who, amount := range b.due {
				require.Equal(t, amount, b.claimed[who], who)
			}
		})
	}
}
