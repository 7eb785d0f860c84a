package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aichain/aichain/x/reward/types"
)

func TestUpdateParams(t *testing.T) {
	w := newWorld(t)
	p := types.DefaultParams()
	p.TakeBps, p.MinGasPrice, p.UnbondingWindow = 100, 7, 101
	_, err := w.msg.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: named("gov"), Params: p})
	require.NoError(t, err)
	terms, err := w.k.Terms(w.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 100, terms.TakeBps)
	price, err := w.k.MinGasPrice(w.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 7, price)
}

func TestUpdateParamsRefuses(t *testing.T) {
	w := newWorld(t)
	update := func(who string, p types.Params) func() error {
		return func() error {
			_, err := w.msg.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: named(who), Params: p})
			return err
		}
	}
	w.refused(sdkerrors.ErrUnauthorized, update("anna", types.DefaultParams()))
	for name, spoil := range map[string]func(*types.Params){
		"take":        func(p *types.Params) { p.TakeBps = types.MaxTakeBps + 1 },
		"take burn":   func(p *types.Params) { p.TakeBurnBps = 10_001 },
		"slash burn":  func(p *types.Params) { p.SlashBurnBps = 10_001 },
		"no fire":     func(p *types.Params) { p.SlashBurnBps = types.MinSlashBurnBps - 1 },
		"soft fault":  func(p *types.Params) { p.SoftFaultBps = 0 },
		"window":      func(p *types.Params) { p.UnbondingWindow = 0 },
		"long window": func(p *types.Params) { p.UnbondingWindow = types.MaxUnbondingWindow + 1 },
		"too short":   func(p *types.Params) { p.UnbondingWindow = 100 }, // x/compute's challenge window
		"payouts":     func(p *types.Params) { p.PayoutBudget = 0 },
		"releases":    func(p *types.Params) { p.ReleaseBudget = types.MaxBudget + 1 },
		"gas price":   func(p *types.Params) { p.MinGasPrice = types.MaxMinGasPrice + 1 },
	} {
		t.Run(name, func(*testing.T) {
			p := types.DefaultParams()
			spoil(&p)
			w.refused(types.ErrInvalidParams, update("gov", p))
		})
	}
}
