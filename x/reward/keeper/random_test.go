package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

// chance drives a world with random acts and remembers what it must have come to.
type chance struct {
	*world
	r       *rand.Rand
	names   []string
	nextID  uint64
	waiting []uint64                            // escrowed, no seats yet
	seated  map[uint64]attesttypes.FinalVerdict // liens placed, no verdict yet
	open    map[string]uint64                   // liens of open seats by provider
	closed  []uint64                            // may be forgotten
	settled []settledSeat                       // right seats that may be challenged
	games   []game                              // open challenges
	total   uint64                              // all coins there were
	acts    map[string]int                      // how often each act succeeded
}

// act runs one attempt as a transaction: its writes are kept only if it succeeds.
func (c *chance) act(name string, do func(ctx sdk.Context) error) bool {
	branch, write := c.ctx.CacheContext()
	if do(branch) != nil {
		return false
	}
	write()
	c.acts[name]++
	return true
}

func (c *chance) name() string { return c.names[c.r.IntN(len(c.names))] }

func (c *chance) coin() sdk.Coin { return uaic(c.r.Int64N(3_000) - 10) }

func (c *chance) step() {
	switch c.r.IntN(17) {
	case 0:
		who, amount := named(c.name()), c.r.Uint64N(20_000)
		c.act("open", func(ctx sdk.Context) error { return c.k.OpenBond(ctx, who, amount) })
	case 1:
		m := &types.MsgAddBond{Provider: named(c.name()), Amount: c.coin()}
		c.act("add", func(ctx sdk.Context) error { _, err := c.msg.AddBond(ctx, m); return err })
	case 2:
		m := &types.MsgWithdrawBond{Provider: named(c.name()), Amount: c.coin()}
		c.act("withdraw", func(ctx sdk.Context) error { _, err := c.msg.WithdrawBond(ctx, m); return err })
	case 3:
		who := named(c.name())
		if c.r.IntN(4) == 0 {
			c.act("close", func(ctx sdk.Context) error { return c.k.CloseBond(ctx, who) })
		}
	case 4, 5:
		c.post()
	case 6, 7:
		c.seat()
	case 8, 9:
		c.judge()
	case 10:
		c.refundOrForget()
	case 11:
		m := &types.MsgRetryPayout{Recipient: named(c.name())}
		c.act("retry", func(ctx sdk.Context) error { _, err := c.msg.RetryPayout(ctx, m); return err })
	case 12, 13:
		c.challenge()
	case 14, 15:
		c.end()
	case 16:
		m := &types.MsgClaimEmission{Provider: named(c.name())}
		c.act("claim", func(ctx sdk.Context) error { _, err := c.msg.ClaimEmission(ctx, m); return err })
	}
}

func (c *chance) post() {
	id, amount := c.nextID, c.r.Uint64N(2_000)
	c.nextID++
	d := []computetypes.EscrowDeposit{{TaskID: id, Amount: amount}}
	who := account(c.name())
	if c.act("post", func(ctx sdk.Context) error { return c.k.Deposit(ctx, who, d) }) {
		c.waiting = append(c.waiting, id)
	}
}

func (c *chance) seat() {
	if len(c.waiting) == 0 {
		return
	}
	id := c.waiting[0]
	refunded := c.r.IntN(3) == 0
	v := verdict(ending{id: id, refunded: refunded, emission: uint32(c.r.IntN(10_001))})
	v.Task.Snapshot.ChallengeWindow = c.r.Uint64N(20)
	v.Task.Snapshot.ModelSplits[0].Recipient = named(c.name())
	for i, name := range c.names[:3] {
		s := seat(name, freed)
		s.Lien = c.r.Uint64N(800)
		if !refunded {
			s.Outcome = []computetypes.Reason{right, wrong, noCommit, noReveal, freed, noDefence}[c.r.IntN(6)]
		} else {
			s.Outcome = []computetypes.Reason{noCommit, noReveal, freed, wrong}[c.r.IntN(4)]
		}
		if i == 0 && !refunded {
			s.Outcome = right
		}
		v.Seats = append(v.Seats, s)
	}
	ok := c.act("seat", func(ctx sdk.Context) error {
		for _, s := range v.Seats {
			if err := c.k.PlaceLien(ctx, s.Provider, s.Lien); err != nil {
				return err
			}
		}
		return nil
	})
	if ok {
		c.waiting = c.waiting[1:]
		c.seated[id] = v
		for _, s := range v.Seats {
			c.open[s.Provider] += s.Lien
		}
	}
	c.r.Shuffle(len(c.names), func(i, j int) { c.names[i], c.names[j] = c.names[j], c.names[i] })
}

func (c *chance) judge() {
	for id := uint64(0); id < c.nextID; id++ {
		v, ok := c.seated[id]
		if !ok {
			continue
		}
		require.True(c.t, c.act("judge", func(ctx sdk.Context) error { return c.k.AfterVerdict(ctx, v) }))
		require.False(c.t, c.act("judge twice", func(ctx sdk.Context) error { return c.k.AfterVerdict(ctx, v) }))
		for _, s := range v.Seats {
			c.open[s.Provider] -= s.Lien
			if s.Outcome == right {
				release := uint64(c.ctx.BlockHeight()) + v.Task.Snapshot.ChallengeWindow
				c.settled = append(c.settled, settledSeat{id: id, provider: s.Provider, lien: s.Lien, release: release})
			}
		}
		delete(c.seated, id)
		c.closed = append(c.closed, id)
		return
	}
}

// settledSeat is a right seat whose lien frees itself at a height.
type settledSeat struct {
	id            uint64
	provider      string
	lien, release uint64
}

// game is an open challenge of a seat, with as much staked as the seat's lien.
type game struct {
	settledSeat
	challenger string
}

// challenge holds the lien of some right seat against a stake; too late, or without the bond for it, it fails whole.
func (c *chance) challenge() {
	if len(c.settled) == 0 {
		return
	}
	i := c.r.IntN(len(c.settled))
	g := game{settledSeat: c.settled[i], challenger: named(c.name())}
	ok := g.challenger != g.provider && c.act("challenge", func(ctx sdk.Context) error {
		if err := c.k.PlaceLien(ctx, g.challenger, g.lien); err != nil {
			return err
		}
		return c.k.HoldLien(ctx, g.id, g.provider, g.release, g.lien)
	})
	c.settled = append(c.settled[:i], c.settled[i+1:]...)
	if !ok {
		return
	}
	c.open[g.challenger] += g.lien
	c.open[g.provider] += g.lien
	c.games = append(c.games, g)
}

// end ends some challenge: both go free, the challenger loses its stake, or the seat a part of its lien.
func (c *chance) end() {
	if len(c.games) == 0 {
		return
	}
	i := c.r.IntN(len(c.games))
	g := c.games[i]
	s := attesttypes.Slash{TaskID: g.id, Lien: g.lien, Taken: g.lien, BurnBps: uint32(c.r.IntN(10_001))}
	free, name := g.challenger, "overthrow"
	switch s.Provider, s.Winner, s.Reason = g.provider, g.challenger, wrong; c.r.IntN(4) {
	case 0:
		s.Provider, s.Winner, s.Reason = g.challenger, g.provider, challengeLost
		free, name = g.provider, "fend off"
	case 1:
		s.Reason, s.Taken, name = noDefence, c.r.Uint64N(g.lien+1), "unreachable"
	case 2:
		s.Taken, name = 0, "drop"
	default:
		if s.Restore = c.r.IntN(2) == 0 && !c.isForgotten(g.id); s.Restore {
			name = "restore"
		}
	}
	require.True(c.t, c.act(name, func(ctx sdk.Context) error {
		if err := c.k.SlashLien(ctx, s); err != nil {
			return err
		}
		if free == g.provider {
			return c.k.FreeSeat(ctx, g.id, free, g.lien)
		}
		return c.k.FreeLien(ctx, free, g.lien)
	}))
	c.open[g.challenger] -= g.lien
	c.open[g.provider] -= g.lien
	c.games = append(c.games[:i], c.games[i+1:]...)
}

func (c *chance) isChallenged(id uint64) bool {
	return slices.ContainsFunc(c.games, func(g game) bool { return g.id == id })
}

func (c *chance) isForgotten(id uint64) bool {
	_, err := c.k.Money(c.ctx, id)
	return err != nil
}

func (c *chance) refundOrForget() {
	if len(c.waiting) > 0 && c.r.IntN(2) == 0 {
		id := c.waiting[0]
		require.True(c.t, c.act("refund", func(ctx sdk.Context) error { return c.k.Refund(ctx, id, computetypes.REASON_TASK_CANCELLED) }))
		c.waiting, c.closed = c.waiting[1:], append(c.closed, id)
	} else if len(c.closed) > 0 && !c.isChallenged(c.closed[0]) { // x/compute keeps what is under dispute
		id := c.closed[0]
		require.True(c.t, c.act("forget", func(ctx sdk.Context) error { return c.k.Forget(ctx, id) }))
		c.closed = c.closed[1:]
	}
}

// check compares the world with what was remembered.
func (c *chance) check() {
	c.t.Helper()
	c.addsUp()
	seen := uint64(0)
	require.NoError(c.t, c.bank.balances.Walk(c.ctx, nil, func(_ sdk.AccAddress, amount uint64) (bool, error) {
		seen += amount
		return false, nil
	}))
	require.Equal(c.t, c.total+c.ledger().Totals.Emitted.Uint64(), seen, "coins appeared or vanished")
	bonds := 0
	require.NoError(c.t, c.k.WalkBonds(c.ctx, func(b types.Bond) bool {
		bonds++
		liened, releasing, err := c.k.LienedBy(c.ctx, b.Provider)
		require.NoError(c.t, err)
		require.Equal(c.t, liened, releasing+c.open[b.Provider])
		if told, ok := c.providers.told[b.Provider]; ok && told != 0 {
			require.Equal(c.t, b.Bonded, told)
		}
		return false
	}))
}

// TestRandomLives runs 500 blocks of random acts for several seeds, ends them with small budgets and recipients
// that refuse at times, and checks all invariants after each block.
func TestRandomLives(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t)
			c := &chance{
				world: w, r: rand.New(rand.NewPCG(seed, 1)), names: []string{"anna", "bert", "carl", "dora", "payer"},
				nextID: 1, seated: map[uint64]attesttypes.FinalVerdict{}, open: map[string]uint64{}, total: 5 * rich,
				acts: map[string]int{},
			}
			setBudgets(t, w, 3, 2)
			for h := uint64(2); h < 502; h++ {
				c.at(h)
				c.bank.blocked[string(account(c.name()))] = c.r.IntN(3) == 0
				c.bank.noBurn = c.r.IntN(5) == 0
				for range c.r.IntN(10) {
					c.step()
				}
				require.NoError(t, c.k.EndBlock(c.ctx))
				c.check()
			}
			for _, name := range []string{
				"open", "add", "withdraw", "close", "post", "seat", "judge", "refund", "forget", "retry",
				"challenge", "fend off", "unreachable", "drop", "overthrow", "restore", "claim",
			} {
				require.NotZero(t, c.acts[name], name)
			}
			require.Zero(t, c.acts["judge twice"])
			require.True(t, c.ledger().Totals.Slashed.GT(math.ZeroInt()))
		})
	}
}
