package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

var (
	_ computetypes.Escrow = (*Keeper)(nil)
	_ computetypes.Bonds  = (*Keeper)(nil)
	_ attesttypes.Hooks   = (*Keeper)(nil)
	_ attesttypes.Stakes  = (*Keeper)(nil)
)

// heightOf is a record of one account at a height.
type heightOf = collections.Pair[uint64, sdk.AccAddress]

// Keeper owns the store and the module account of x/reward.
type Keeper struct {
	addr      address.Codec
	bank      types.Bank      // moves and burns coins; nobody else of ours has one
	accounts  types.Accounts  // says and changes what the module account may do
	account   sdk.AccAddress  // the module account, whose balance the ledger explains
	providers types.Providers // least bond, and who must hear of a changed bond; set after construction
	authority string          // governance, unless the consensus params name another

	schema collections.Schema
	// params: bounds and rates, changed by governance.
	params collections.Item[types.Params]
	// pockets: what is held now, by kind; changed by every lien and verdict, and small for that.
	pockets collections.Item[types.Pockets]
	// totals: what came in and what left, ever; changed when money crosses the door, and by slashes.
	totals collections.Item[types.Totals]
	// bonds, provider → bond: there from registration to retirement, so it tells who is a provider.
	bonds collections.Map[sdk.AccAddress, types.Bond]
	// escrows, task id → escrow: from the post until the task is pruned.
	escrows collections.Map[uint64, types.Escrow]
	// lienReleases, (height, provider) → release: one write for all liens of a provider that free at a height, and for the
	// emission that may be claimed from then on.
	lienReleases collections.Map[heightOf, types.Release]
	// unbondings, (height, provider) → uaic: bond on its way home, in order of height for the block step.
	unbondings collections.Map[heightOf, uint64]
	// unbondingsBy, (provider, height): the same for a provider's query.
	unbondingsBy collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	// payouts, recipient → payout: credits of this block; normally written and removed within it, so that they
	// never reach the tree.
	payouts collections.Map[sdk.AccAddress, types.Payout]
	// lastPaid → recipient at which the payouts of a block stopped for their budget; absent when all were paid.
	lastPaid collections.Item[sdk.AccAddress]
	// parked, recipient → parked payout: what the bank refused to send; waits for a retry.
	parked collections.Map[sdk.AccAddress, types.ParkedPayout]
}

// NewKeeper builds the keeper. It panics on a wiring mistake: no module account, or an authority that is no
// address. SetProviders must follow before the first block.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, addr address.Codec,
	bank types.Bank, accounts types.Accounts, authority string,
) *Keeper {
	account := accounts.GetModuleAddress(types.ModuleName)
	if account == nil {
		panic("expected a module account named " + types.ModuleName)
	}
	if _, err := addr.StringToBytes(authority); err != nil {
		panic("expected the authority to be an address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(store)
	byHeight := collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey)
	k := &Keeper{
		addr: addr, bank: bank, accounts: accounts, account: account, authority: authority,
		params:       collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		pockets:      collections.NewItem(sb, types.PocketsPrefix, "pockets", codec.CollValue[types.Pockets](cdc)),
		totals:       collections.NewItem(sb, types.TotalsPrefix, "totals", codec.CollValue[types.Totals](cdc)),
		bonds:        collections.NewMap(sb, types.BondsPrefix, "bonds", sdk.AccAddressKey, codec.CollValue[types.Bond](cdc)),
		escrows:      collections.NewMap(sb, types.EscrowsPrefix, "escrows", collections.Uint64Key, codec.CollValue[types.Escrow](cdc)),
		lienReleases: collections.NewMap(sb, types.LienReleasesPrefix, "lien_releases", byHeight, types.ReleaseValue),
		unbondings:   collections.NewMap(sb, types.UnbondingsPrefix, "unbondings", byHeight, collections.Uint64Value),
		unbondingsBy: collections.NewKeySet(sb, types.UnbondingsByProviderPrefix, "unbondings_by_provider",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)),
		payouts: collections.NewMap(sb, types.PayoutsPrefix, "payouts", sdk.AccAddressKey, codec.CollValue[types.Payout](cdc)),
		lastPaid: collections.NewItem(sb, types.LastPaidPrefix, "last_paid",
			collcodec.KeyToValueCodec(sdk.AccAddressKey)),
		parked: collections.NewMap(sb, types.ParkedPrefix, "parked", sdk.AccAddressKey, codec.CollValue[types.ParkedPayout](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

// SetProviders gives the keeper x/compute's view of providers. It panics if called twice.
func (k *Keeper) SetProviders(p types.Providers) {
	if k.providers != nil {
		panic("expected the providers to be set once")
	}
	k.providers = p
}

// Schema of the store, for decoding it in simulations.
func (k *Keeper) Schema() collections.Schema { return k.schema }

// MinGasPrice is the least fee of a transaction that is not a free seat message, uaic per 1 000 gas.
func (k *Keeper) MinGasPrice(ctx context.Context) (uint64, error) {
	p, err := k.params.Get(ctx)
	return p.MinGasPrice, err
}

// Ledger returns the sums of all money, for queries and tests.
func (k *Keeper) Ledger(ctx context.Context) (l types.Ledger, err error) {
	if l.Pockets, err = k.pockets.Get(ctx); err != nil {
		return l, err
	}
	l.Totals, err = k.totals.Get(ctx)
	l.Totals.Fill()
	return l, err
}

func (k *Keeper) setLedger(ctx context.Context, l types.Ledger) error {
	if err := k.pockets.Set(ctx, l.Pockets); err != nil {
		return err
	}
	return k.totals.Set(ctx, l.Totals)
}

// bytesOf decodes an address from a message or a stored record; ErrBadAddress. Keys are bytes, because one
// account can be written in upper and in lower case.
func (k *Keeper) bytesOf(addr string) (sdk.AccAddress, error) {
	b, err := k.addr.StringToBytes(addr)
	if err != nil {
		return nil, errorsmod.Wrapf(types.ErrBadAddress, "%q: %s", addr, err)
	}
	return b, nil
}

// changeLedger lets change count money that comes in or leaves, and stores the ledger.
func (k *Keeper) changeLedger(ctx context.Context, change func(*types.Ledger) error) error {
	l, err := k.Ledger(ctx)
	if err != nil {
		return err
	}
	if err := change(&l); err != nil {
		return err
	}
	return k.setLedger(ctx, l)
}

// changePockets lets change move money between pockets, and stores them.
func (k *Keeper) changePockets(ctx context.Context, change func(*types.Pockets) error) error {
	p, err := k.pockets.Get(ctx)
	if err != nil {
		return err
	}
	if err := change(&p); err != nil {
		return err
	}
	return k.pockets.Set(ctx, p)
}

// takeIn moves amount from an account to the module account, with a typed error that tells what is missing.
func (k *Keeper) takeIn(ctx context.Context, from sdk.AccAddress, amount uint64) error {
	coins := types.Coins(amount)
	has := k.bank.SpendableCoin(ctx, from, coins[0].Denom)
	if has.Amount.LT(coins[0].Amount) {
		return errorsmod.Wrapf(types.ErrInsufficientFunds, "expected %s, got %s", coins[0], has)
	}
	return k.bank.SendCoinsFromAccountToModule(ctx, from, types.ModuleName, coins)
}

func isNotFound(err error) bool { return errors.Is(err, collections.ErrNotFound) }

// height of the block under way.
func height(ctx context.Context) uint64 { return uint64(sdk.UnwrapSDKContext(ctx).BlockHeight()) }
