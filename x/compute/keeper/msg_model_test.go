package keeper

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/x/compute/types"
)

// nano is a real publication of the model that ships.
func nano(t testing.TB) *types.MsgPublishModel {
	t.Helper()
	m, err := model.Open("../../../models/nano/nano.canon")
	require.NoError(t, err)
	defer func() { require.NoError(t, m.Close()) }()
	root, err := m.Root()
	require.NoError(t, err)
	proof, err := m.HeaderProof()
	require.NoError(t, err)
	msg := &types.MsgPublishModel{
		Publisher: account("bob"), ModelId: root[:], Header: m.Header().Encode(), Name: "nano", License: "Apache-2.0",
		Uri: "https://example.org/nano.canon", Parents: [][]byte{modelA, modelB}, FeeBps: 250,
		Splits: []types.FeeSplit{{Recipient: account("bob"), ShareBps: 7000}, {Recipient: account("alice"), ShareBps: 3000}},
	}
	for _, n := range proof {
		msg.HeaderProof = append(msg.HeaderProof, n[:])
	}
	return msg
}

func TestPublishModel(t *testing.T) {
	f := newFixture(t)
	split := func(bps ...uint32) (out []types.FeeSplit) {
		for i, b := range bps {
			out = append(out, types.FeeSplit{Recipient: provider(i), ShareBps: b})
		}
		return out
	}
	for name, c := range map[string]struct {
		change func(*types.MsgPublishModel)
		want   error
	}{
		"no address":        {func(m *types.MsgPublishModel) { m.Publisher = "x" }, types.ErrBadAddress},
		"no name":           {func(m *types.MsgPublishModel) { m.Name = "" }, types.ErrBadText},
		"long name":         {func(m *types.MsgPublishModel) { m.Name = strings.Repeat("n", 65) }, types.ErrBadText},
		"no licence":        {func(m *types.MsgPublishModel) { m.License = "" }, types.ErrBadText},
		"licence in prose":  {func(m *types.MsgPublishModel) { m.License = "do what you like!" }, types.ErrBadText},
		"long uri":          {func(m *types.MsgPublishModel) { m.Uri = strings.Repeat("u", 257) }, types.ErrBadText},
		"fee too high":      {func(m *types.MsgPublishModel) { m.FeeBps = 3001 }, types.ErrFeeTooHigh},
		"shares over whole": {func(m *types.MsgPublishModel) { m.Splits = split(7000, 3001) }, types.ErrSplitsOverWhole},
		"shares that wrap":  {func(m *types.MsgPublishModel) { m.Splits = split(1<<31, 1<<31, 10_000) }, types.ErrSplitsOverWhole},
		"shares under":      {func(m *types.MsgPublishModel) { m.Splits = split(7000, 2999) }, types.ErrBadSplits},
		"share of nothing":  {func(m *types.MsgPublishModel) { m.Splits = split(10_000, 0) }, types.ErrBadSplits},
		"fee for nobody":    {func(m *types.MsgPublishModel) { m.Splits = nil }, types.ErrBadSplits},
		"shares of no fee":  {func(m *types.MsgPublishModel) { m.FeeBps = 0 }, types.ErrBadSplits},
		"nine shares":       {func(m *types.MsgPublishModel) { m.Splits = split(2000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000) }, types.ErrBadSplits},
		"one twice": {func(m *types.MsgPublishModel) {
			m.Splits = split(7000, 3000)
			m.Splits[1].Recipient = strings.ToUpper(m.Splits[0].Recipient)
		}, types.ErrBadSplits},
		"no recipient":     {func(m *types.MsgPublishModel) { m.Splits[0].Recipient = "" }, types.ErrBadAddress},
		"short id":         {func(m *types.MsgPublishModel) { m.ModelId = m.ModelId[:31] }, types.ErrBadModelID},
		"known id":         {func(m *types.MsgPublishModel) { m.ModelId = modelA }, types.ErrModelExists},
		"other root":       {func(m *types.MsgPublishModel) { m.ModelId = append([]byte{^m.ModelId[0]}, m.ModelId[1:]...) }, types.ErrBadHeader},
		"no header":        {func(m *types.MsgPublishModel) { m.Header = nil }, types.ErrBadHeader},
		"long header":      {func(m *types.MsgPublishModel) { m.Header = make([]byte, 4097) }, types.ErrBadHeader},
		"other header":     {func(m *types.MsgPublishModel) { m.Header = append([]byte{^m.Header[0]}, m.Header[1:]...) }, types.ErrBadHeader},
		"no proof":         {func(m *types.MsgPublishModel) { m.HeaderProof = nil }, types.ErrBadHeader},
		"long proof":       {func(m *types.MsgPublishModel) { m.HeaderProof = make([][]byte, 41) }, types.ErrBadHeader},
		"odd proof":        {func(m *types.MsgPublishModel) { m.HeaderProof[0] = m.HeaderProof[0][1:] }, types.ErrBadHeader},
		"unknown parent":   {func(m *types.MsgPublishModel) { m.Parents[1] = make([]byte, 32) }, types.ErrBadParents},
		"parent twice":     {func(m *types.MsgPublishModel) { m.Parents[1] = m.Parents[0] }, types.ErrBadParents},
		"parent of itself": {func(m *types.MsgPublishModel) { m.Parents[1] = m.ModelId }, types.ErrBadParents},
		"nine parents":     {func(m *types.MsgPublishModel) { m.Parents = make([][]byte, 9) }, types.ErrBadParents},
	} {
		t.Run(name, func(t *testing.T) {
			msg := nano(t)
			c.change(msg)
			f.t = t
			f.refusedWith(c.want, msg)
		})
	}
	f.t = t
	msg := nano(t)
	f.ok(msg)
	require.Equal(t, []string{"EventModelPublished"}, f.events())
	require.NoError(t, f.k.Invariants(f.ctx))
	m, err := f.k.model(f.ctx, msg.ModelId)
	require.NoError(t, err)
	require.Equal(t, "canon-int/1", m.Profile)
	h, err := model.ParseHeader(msg.Header)
	require.NoError(t, err)
	require.Equal(t, [2]uint32{h.Vocab, h.MaxContext}, [2]uint32{m.Vocab, m.MaxContext})

	other := nano(t)
	other.Publisher = account("mallory")
	f.refused(types.ErrModelExists, other)
}

func TestDeprecateModel(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	f.refused(types.ErrNotOwner, &types.MsgDeprecateModel{Publisher: account("mallory"), ModelId: modelA})
	f.refused(types.ErrUnknownModel, &types.MsgDeprecateModel{Publisher: account("publisher"), ModelId: make([]byte, 32)})
	f.ok(&types.MsgDeprecateModel{Publisher: account("publisher"), ModelId: modelA})
	f.refused(types.ErrModelDeprecated, &types.MsgDeprecateModel{Publisher: account("publisher"), ModelId: modelA})
	f.refused(types.ErrModelDeprecated, post("b"))
	f.refused(types.ErrModelDeprecated, &types.MsgSetOffer{Provider: provider(0), ModelId: modelA, Slots: 1})

	known := f.ok(post("a")).(*types.MsgPostTaskResponse)
	require.Equal(t, []types.PostedTask{{TaskId: 1, Existing: true}}, known.Tasks, "a retry still finds its task")
	f.endBlocks(12)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1), "what was posted goes on")
}
