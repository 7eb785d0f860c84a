package keeper

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

func TestPostTask(t *testing.T) {
	f := newFixture(t)
	f.market(4, modelA)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	msg := post("first", "", "")
	msg.Payer = account("bob")
	got := f.ok(msg).(*types.MsgPostTaskResponse)
	require.Equal(t, []types.PostedTask{{TaskId: 1}, {TaskId: 2}, {TaskId: 3}}, got.Tasks)
	require.Equal(t, []string{"EventTasksPosted"}, f.events())
	require.NoError(t, f.k.Invariants(f.ctx))
	require.Equal(t, types.Task{
		Id: 1, Requester: account("alice"), Payer: account("bob"), Terms: terms(), ClientRef: "first", Input: []uint32{1, 2, 3, 4, 5},
		Status: types.TASK_STATUS_OPEN, Role: types.SEAT_ROLE_PRIMARY, PostHeight: 10, NextHeight: 12, ExpireHeight: 110,
	}, f.task(1))
	left, err := f.m.accounts.Get(f.ctx, account("bob"))
	require.NoError(t, err)
	require.Equal(t, uint64(1_000_000*oneAIC-900), left, "the payer pays, once for all three")
}

func TestAKnownClientRefReturnsTheFirstTask(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("one", "two"))
	before := f.dump(f.ctx)

	// Not even terms that would be refused matter to a retry.
	retry := post("two", "one")
	retry.Terms = types.TaskTerms{}
	got := f.ok(retry).(*types.MsgPostTaskResponse)
	require.Equal(t, []types.PostedTask{{TaskId: 2, Existing: true}, {TaskId: 1, Existing: true}}, got.Tasks)
	require.Equal(t, before, f.dump(f.ctx))

	// In a batch of both only the new one is paid for.
	got = f.ok(post("one", "three")).(*types.MsgPostTaskResponse)
	require.Equal(t, []types.PostedTask{{TaskId: 1, Existing: true}, {TaskId: 3}}, got.Tasks)
	left, err := f.m.accounts.Get(f.ctx, account("alice"))
	require.NoError(t, err)
	require.Equal(t, uint64(1_000_000*oneAIC-900), left)

	// Names belong to the requester, however it spells its address.
	capitals := post("one")
	capitals.Requester = strings.ToUpper(capitals.Requester)
	require.True(t, f.ok(capitals).(*types.MsgPostTaskResponse).Tasks[0].Existing)
	other := post("one")
	other.Requester, other.Payer = account("bob"), account("bob")
	require.Equal(t, []types.PostedTask{{TaskId: 4}}, f.ok(other).(*types.MsgPostTaskResponse).Tasks)
	require.NoError(t, f.k.Invariants(f.ctx))
}

func TestPostTaskRefuses(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.provider(provider(9), testBond)
	f.offer(provider(9), modelB, 0, 0, 1)
	tokens := func(n int, last uint32) []uint32 { return append(make([]uint32, n-1), last) }
	for name, c := range map[string]struct {
		change func(*types.MsgPostTask)
		want   error
	}{
		"no requester":         {func(m *types.MsgPostTask) { m.Requester = "" }, types.ErrBadAddress},
		"no payer":             {func(m *types.MsgPostTask) { m.Payer = "" }, types.ErrBadAddress},
		"empty batch":          {func(m *types.MsgPostTask) { m.Inputs = nil }, types.ErrBadBatch},
		"batch too large":      {func(m *types.MsgPostTask) { m.Inputs = make([]types.TaskInput, 121) }, types.ErrBadBatch},
		"long client_ref":      {func(m *types.MsgPostTask) { m.Inputs[1].ClientRef = strings.Repeat("r", 65) }, types.ErrBadRef},
		"control client_ref":   {func(m *types.MsgPostTask) { m.Inputs[1].ClientRef = "\x00\x01" }, types.ErrBadRef},
		"same client_ref":      {func(m *types.MsgPostTask) { m.Inputs[1].ClientRef = m.Inputs[0].ClientRef }, types.ErrDuplicateRef},
		"no price":             {func(m *types.MsgPostTask) { m.Terms.MaxPrice = sdk.Coin{} }, types.ErrBadCoin},
		"price of zero":        {func(m *types.MsgPostTask) { m.Terms.MaxPrice = uaic(0) }, types.ErrBadCoin},
		"negative price":       {func(m *types.MsgPostTask) { m.Terms.MaxPrice = uaic(-300) }, types.ErrBadCoin},
		"foreign price":        {func(m *types.MsgPostTask) { m.Terms.MaxPrice = sdk.NewInt64Coin("stake", 300) }, types.ErrBadCoin},
		"price of 65 bits":     {func(m *types.MsgPostTask) { m.Terms.MaxPrice.Amount = math.NewIntFromUint64(1 << 63).MulRaw(2) }, types.ErrBadCoin},
		"batch of 65 bits":     {func(m *types.MsgPostTask) { m.Terms.MaxPrice.Amount = math.NewIntFromUint64(1 << 63) }, types.ErrAmountTooLarge},
		"unknown kind":         {func(m *types.MsgPostTask) { m.Terms.Kind = 0 }, types.ErrBadTerms},
		"unknown assurance":    {func(m *types.MsgPostTask) { m.Terms.Assurance = 9 }, types.ErrBadTerms},
		"a data set":           {func(m *types.MsgPostTask) { m.Terms.DatasetId = []byte{1} }, types.ErrBadTerms},
		"too few seats":        {func(m *types.MsgPostTask) { m.Terms.Seats = 2 }, types.ErrBadSeats},
		"too many seats":       {func(m *types.MsgPostTask) { m.Terms.Seats = 8 }, types.ErrBadSeats},
		"no output":            {func(m *types.MsgPostTask) { m.Terms.MaxOutputTokens = 0 }, types.ErrOutputLimit},
		"output too long":      {func(m *types.MsgPostTask) { m.Terms.MaxOutputTokens = 41 }, types.ErrOutputLimit},
		"too hot":              {func(m *types.MsgPostTask) { m.Terms.Sampling.TemperatureMilli = 10_001 }, types.ErrBadSampling},
		"top_k over vocab":     {func(m *types.MsgPostTask) { m.Terms.Sampling.TopK = testVocab + 1 }, types.ErrBadSampling},
		"no model":             {func(m *types.MsgPostTask) { m.Terms.ModelId = nil }, types.ErrBadModelID},
		"unknown model":        {func(m *types.MsgPostTask) { m.Terms.ModelId = make([]byte, 32) }, types.ErrUnknownModel},
		"empty input":          {func(m *types.MsgPostTask) { m.Inputs[1].Tokens = nil }, types.ErrInputLimit},
		"input too long":       {func(m *types.MsgPostTask) { m.Inputs[1].Tokens = tokens(41, 0) }, types.ErrInputLimit},
		"beyond the context":   {func(m *types.MsgPostTask) { m.Inputs[1].Tokens = tokens(25, 0); m.Terms.MaxOutputTokens = 40 }, types.ErrContextLimit},
		"beyond the vocab":     {func(m *types.MsgPostTask) { m.Inputs[1].Tokens = tokens(3, testVocab) }, types.ErrBadToken},
		"fewer offers":         {func(m *types.MsgPostTask) { m.Terms.ModelId = modelB }, types.ErrNoOffer},
		"seats beyond offers":  {func(m *types.MsgPostTask) { m.Terms.Seats = 4 }, types.ErrNoOffer},
		"price below offers":   {func(m *types.MsgPostTask) { m.Terms.MaxPrice = uaic(74) }, types.ErrPriceBelowOffers},
		"more than payer has":  {func(m *types.MsgPostTask) { m.Terms.MaxPrice = uaic(600_000 * oneAIC) }, errFunds},
		"payer without a coin": {func(m *types.MsgPostTask) { m.Payer = account("nobody") }, errFunds},
	} {
		t.Run(name, func(t *testing.T) {
			msg := post("x", "y")
			c.change(msg)
			f.t = t
			f.refusedWith(c.want, msg)
		})
	}
	f.t = t
	// The very limits are accepted: 3 seats of 5 in at 1.0 and 10 out at 2.0 uaic cost 75 at most.
	edge := post("edge")
	edge.Terms.MaxPrice = uaic(75)
	f.ok(edge)
	edge = post("edge2")
	edge.Inputs[0].Tokens = tokens(24, testVocab-1)
	edge.Terms.MaxOutputTokens, edge.Terms.Sampling = 40, types.Sampling{TemperatureMilli: 10_000, TopK: testVocab}
	edge.Terms.MaxPrice = uaic(3 * 104)
	f.ok(edge)
	require.NoError(t, f.k.Invariants(f.ctx))
}

func TestPriceBelowOffersNamesTheCheapest(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	msg := post("x")
	msg.Terms.MaxPrice = uaic(74)
	_, err := f.do(msg)
	require.ErrorContains(t, err, "expected at least 25 uaic a seat (cheapest prices for 1000 tokens: 1000 in, 2000 out), got 24 (74 uaic for 3 seats)")
	f.offer(provider(2), modelA, 0, 2000, 1)
	f.ok(msg)
	f.ok(&types.MsgRemoveOffer{Provider: provider(2), ModelId: modelA})
	f.refused(types.ErrNoOffer, post("y"))
}

// The 10 000th post costs the gas of the first, and so does one in a far later block.
func TestGasOfAPostDoesNotGrow(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	gas := func(refs ...string) uint64 {
		f.ctx = f.ctx.WithGasMeter(storeMeter())
		f.ok(post(refs...))
		return f.ctx.GasMeter().GasConsumed()
	}
	first, firstUnnamed := gas("ref-00001"), gas("")
	batch := make([]string, 100)
	for range 100 {
		f.ctx = f.ctx.WithGasMeter(storeMeter()).WithBlockHeight(f.ctx.BlockHeight() + 1)
		f.ok(post(batch...))
	}
	f.ctx = f.ctx.WithBlockHeight(5_000_000)
	tenThousandth, unnamed := gas("ref-10000"), gas("")
	t.Logf("gas of the first post %d, of post 10 003: %d, ratio %.4f", first, tenThousandth, float64(tenThousandth)/float64(first))
	require.Equal(t, first, tenThousandth)
	require.Equal(t, firstUnnamed, unnamed)
}
