package attack

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// TestProposerCannotSteerTheDraw: whoever proposes the block of a draw knows its beacon before it chooses the
// transactions of that block. One of them that moves a stretch of the line (a bond that grows by 1 uaic, an offer that
// leaves and comes back) would redraw every seat, and the proposer could try as many as it likes until it holds all of
// them. So no transaction of that block may change who sits.
func TestProposerCannotSteerTheDraw(t *testing.T) {
	const tasks = 20
	seated := func(steer func(w *kit.World) []sdk.Msg) (lists []string) {
		w := kit.New(t, kit.DefaultSetup(20))
		inputs := make([]computetypes.TaskInput, tasks)
		for i := range inputs {
			inputs[i].Tokens = []uint32{5, 6, 7}
		}
		w.Must(msg(w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs...)))
		w.Wait(1)
		w.Must(kit.Tx{Msgs: steer(w)}) // the block of the draw
		for id := uint64(1); id <= tasks; id++ {
			lists = append(lists, fmt.Sprint(w.Round(id, 0).Seats))
		}
		return lists
	}
	still := seated(func(w *kit.World) []sdk.Msg {
		return []sdk.Msg{&computetypes.MsgUpdateProvider{Provider: w.Address("p1"), Moniker: "p1"}}
	})
	for _, c := range []struct {
		name  string
		steer func(w *kit.World) []sdk.Msg
	}{
		{"a bond grows", func(w *kit.World) []sdk.Msg {
			return []sdk.Msg{&rewardtypes.MsgAddBond{Provider: w.Address("p1"), Amount: kit.Coin(123_456_789)}}
		}},
		{"an offer leaves and comes back", func(w *kit.World) []sdk.Msg {
			return []sdk.Msg{
				&computetypes.MsgRemoveOffer{Provider: w.Address("p1"), ModelId: w.ModelID(kit.TheModel)},
				w.Offer("p1", kit.TheModel, 100_000, 1_000_000, 1_000),
			}
		}},
		{"a price falls", func(w *kit.World) []sdk.Msg {
			return []sdk.Msg{w.Offer("p1", kit.TheModel, 1, 1, 1_000)}
		}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, still, seated(c.steer)) })
	}
}
