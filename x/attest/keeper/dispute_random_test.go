package keeper

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TestRandomSplits: seat 0 is honest and plays. Whatever the others reveal, forge, or leave undone, its result is the
// only one left, and it is never penalised. The invariants hold after every block.
func TestRandomSplits(t *testing.T) {
	games := 60
	if testing.Short() {
		games = 10
	}
	random := rand.New(rand.NewPCG(3, 3))
	ends := map[string]int{}
	for game := range games {
		c := newCourt(t)
		c.forger = forge.New(c.m, uint64(game))
		seats := []int{0, 1, 2, 3}[:2+random.IntN(3)]
		c.postRefereed(1, seats...)
		claims := []step.Claim{c.right(1)}
		lies := c.wrong(1, 3)
		for n := range seats[1:] {
			claims = append(claims, []step.Claim{claims[0], lies[0], lies[1], lies[2]}[random.IntN(4)])
			c.players[n+1] = c.randomPlayer(random, claims[n+1])
		}
		claims[len(claims)-1] = lies[0] // at least one differs
		c.players[len(seats)-1] = c.randomPlayer(random, lies[0])
		c.attest(1, seats, claims)
		c.playAll(1)
		for _, d := range c.disputesOf(1) {
			ends[d.End.String()]++
		}
		task := c.tasks.tasks[1]
		require.Equal(t, computetypes.REASON_TASK_REFEREED, task.Reason, "game %d: %s", game, c.told(c.disputesOf(1)))
		require.Equal(t, c.round(1).Results[0].Root, task.ResultRoot, "game %d", game)
		require.Equal(t, computetypes.REASON_SEAT_RIGHT, c.money.finals[1].Seats[0].Outcome)
	}
	t.Logf("%d games: %v", games, ends)
}

// randomPlayer forges, keeps silent from some move on, or accuses with a fake trace.
func (c *court) randomPlayer(random *rand.Rand, claim step.Claim) *player {
	p := &player{}
	if random.IntN(2) == 0 {
		lies := forge.Lies()
		forged, err := lies[random.IntN(len(lies))].Forge(c.forger, c.honest(claim).Solver())
		require.NoError(c.t, err)
		p.own = forged
	}
	if random.IntN(2) == 0 {
		p.view = c.faking()
	}
	if random.IntN(3) == 0 {
		from := random.IntN(6)
		p.silent = func(d *types.Dispute) bool { return len(d.Moves) >= from }
	}
	return p
}

// TestInRoundListsSplits: tasks before the referee come after those in a round, with a cursor of their own.
func TestInRoundListsSplits(t *testing.T) {
	c, _ := oneLiar(t)
	c.newTask(2, 3, 4, 5)
	c.settled(3, func() step.Claim { return c.right(3) }, 6, 7, 8)
	c.challenged(3, 20, 6)
	var ids []uint64
	var cursor []byte
	for pages := 0; ; pages++ {
		require.Less(t, pages, 5)
		page, next, err := c.k.InRound(c.ctx, cursor, 1)
		require.NoError(t, err)
		ids = append(ids, page...)
		if cursor = next; next == nil {
			break
		}
	}
	require.Equal(t, []uint64{2, 1}, ids)
}

func TestUnitText(t *testing.T) {
	for _, x := range []struct {
		site step.Site
		unit string
		want string
	}{
		{step.SiteAttnNormed, "", ""},
		{step.SiteAttnInQuant, "ff", "-1"},
		{step.SiteKeyPacked, "ff", "255 (exponent)"},
		{step.SiteKeyPacked, "feff", "-2"},
		{step.SiteLogits, "ffffffff", "-1"},
		{step.SiteToken, "ffffffff", "4294967295"},
		{step.SiteAttnFactor, "0500000003", "5, shift 3"},
		{step.SiteAttnInScale, "ffffffffffffffff", "18446744073709551615"},
		{step.SitePartials, "ffffffffffffffff", "-1"},
		{step.SiteCut, "ffffffff07000000", "threshold -1, ties 7"},
		{step.SiteCutCounts, "0200000007000000", "2 above, 7 equal"},
		{step.SiteAttnSquares, "01000000000000000500000000000000", "18446744073709551621"},
		{step.SiteInput, "000000", "3 bytes"},
	} {
		unit, err := hex.DecodeString(x.unit)
		require.NoError(t, err)
		require.Equal(t, x.want, unitText(x.site, unit))
	}
}

// FuzzMove: no bytes in a move make the check panic, and none but the due message passes.
func FuzzMove(f *testing.F) {
	c, disputes := oneLiar(f)
	id := disputes[2].Id
	f.Add(uint8(0), uint32(0), []byte{1}, []byte{2}, []byte{3})
	f.Add(uint8(4), uint32(5), make([]byte, 41), []byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, kind uint8, number uint32, a, b, d []byte) {
		name := account(2)
		msgs := []sdk.Msg{
			&types.MsgPostTrace{Solver: name, DisputeId: id, Move: number, Root: a, First: b, Last: d, Children: b},
			&types.MsgChooseChild{Challenger: name, DisputeId: id, Move: number, Index: number},
			&types.MsgPostChildren{Solver: name, DisputeId: id, Move: number, Children: a},
			&types.MsgPostChunk{Solver: name, DisputeId: id, Move: number, Data: a},
			&types.MsgPostStep{Challenger: name, DisputeId: id, Move: number, Step: a},
		}
		err := c.k.checkMove(c.ctx, msgs[int(kind)%len(msgs)])
		require.Error(t, err)
	})
}
