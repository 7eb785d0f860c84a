package cmd

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/privval"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/internal/vrfkey"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
)

const (
	// proposedOf is how many of the last blocks are looked at for own proposals: below the least beacon history_blocks,
	// and ten rounds through a set of ten equal validators.
	proposedOf = 99
	// headersAtOnce is how many headers a node gives in one answer.
	headersAtOnce = 20
	// maxAsked bounds the validators looked through for this node's key; the set has at most a hundred active ones.
	maxAsked = 2000
	// askFor bounds all questions together.
	askFor = 30 * time.Second
)

// nodeFactsOf asks the node and reads the home.
func nodeFactsOf(cmd *cobra.Command, clientCtx client.Context) (f nodeFacts, err error) {
	ctx, cancel := context.WithTimeout(cmd.Context(), askFor)
	defer cancel()
	cfg := server.GetServerContextFromCmd(cmd).Config
	if _, err := os.Stat(cfg.PrivValidatorKeyFile()); err != nil {
		return f, fmt.Errorf("this is not the home of a node: %w (next: aichaind init, or name the home with --home)", err)
	}
	node, err := clientCtx.GetNode()
	if err != nil {
		return f, err
	}
	s, err := node.Status(ctx)
	if err != nil {
		return f, fmt.Errorf("no node answers at %s: %w (next: start it, aichaind start, and look at its log)", clientCtx.NodeURI, err)
	}
	f.chainID, f.height, f.blockTime = s.NodeInfo.Network, s.SyncInfo.LatestBlockHeight, s.SyncInfo.LatestBlockTime
	f.isCatchingUp, f.peers = s.SyncInfo.CatchingUp, -1
	if n, ok := node.(rpcclient.NetworkClient); ok {
		if info, err := n.NetInfo(ctx); err == nil {
			f.peers = info.NPeers
		}
	}
	if gen, err := genutiltypes.AppGenesisFromFile(cfg.GenesisFile()); err == nil {
		f.genesisID = gen.ChainID
	}
	if file, err := vrfkey.Load(vrfkey.Path(cfg.RootDir)); err != nil {
		f.vrfErr = err
	} else {
		f.vrfFile = &file
	}
	own := privval.LoadFilePVEmptyState(cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile()).Key.PubKey
	f.isOwn = s.ValidatorInfo.PubKey != nil && s.ValidatorInfo.PubKey.Equals(own)
	if f.height == 0 {
		return f, nil
	}
	if f.validator, err = findValidator(ctx, clientCtx, own); err != nil || f.validator == nil {
		return f, err
	}
	return f, f.validator.lookBack(ctx, clientCtx, own, f.height)
}

// findValidator returns the validator with a consensus key, nil if there is none.
func findValidator(ctx context.Context, clientCtx client.Context, own crypto.PubKey) (*validatorFacts, error) {
	staking := stakingtypes.NewQueryClient(clientCtx)
	all, err := staking.Validators(ctx, &stakingtypes.QueryValidatorsRequest{Pagination: &query.PageRequest{Limit: maxAsked}})
	if err != nil {
		return nil, fmt.Errorf("ask for the validators: %w", err)
	}
	for _, val := range all.Validators {
		if err := val.UnpackInterfaces(clientCtx.InterfaceRegistry); err != nil {
			return nil, err
		}
		key, err := val.ConsPubKey()
		if err != nil {
			return nil, err
		}
		cmt, err := cryptocodec.ToCmtPubKeyInterface(key)
		if err != nil || !cmt.Equals(own) {
			continue // a key of another kind is not ours
		}
		v := &validatorFacts{operator: val.OperatorAddress, status: val.Status.String(), isJailed: val.Jailed, isEmpty: val.Tokens.IsZero()}
		if val.IsBonded() {
			v.power = val.ConsensusPower(sdk.DefaultPowerReduction)
		}
		return v, v.ask(ctx, clientCtx, own)
	}
	return nil, nil
}

// ask fills in what slashing and the beacon know.
func (v *validatorFacts) ask(ctx context.Context, clientCtx client.Context, own crypto.PubKey) error {
	slashing := slashingtypes.NewQueryClient(clientCtx)
	params, err := slashing.Params(ctx, &slashingtypes.QueryParamsRequest{})
	if err != nil {
		return fmt.Errorf("ask for the slashing parameters: %w", err)
	}
	window := params.Params.SignedBlocksWindow
	v.mayMiss = window - params.Params.MinSignedPerWindow.MulInt64(window).RoundInt64()
	cons := sdk.ConsAddress(own.Address()).String()
	info, err := slashing.SigningInfo(ctx, &slashingtypes.QuerySigningInfoRequest{ConsAddress: cons})
	switch {
	case err == nil:
		i := info.ValSigningInfo
		v.missed, v.isTombstoned, v.jailedUntil = i.MissedBlocksCounter, i.Tombstoned, i.JailedUntil
	case status.Code(err) != codes.NotFound: // it was never in the set
		return fmt.Errorf("ask for the signing info: %w", err)
	}
	res, err := beacontypes.NewQueryClient(clientCtx).VrfKey(ctx, &beacontypes.QueryVrfKeyRequest{Validator: v.operator})
	switch {
	case err == nil:
		v.key = &res.Key
	case status.Code(err) != codes.NotFound:
		return fmt.Errorf("ask for the VRF key: %w", err)
	}
	return nil
}

// lookBack counts the last blocks that the validator proposed, and those of them without a proof.
func (v *validatorFacts) lookBack(ctx context.Context, clientCtx client.Context, own crypto.PubKey, height int64) error {
	node, err := clientCtx.GetNode()
	if err != nil {
		return err
	}
	beacon := beacontypes.NewQueryClient(clientCtx)
	for to := height; to > max(0, height-proposedOf); to -= headersAtOnce {
		from := max(1, height-proposedOf+1, to-headersAtOnce+1)
		info, err := node.BlockchainInfo(ctx, from, to)
		if err != nil {
			return nil //nolint:nilerr // a node that came by state sync has no earlier blocks: what was counted stands
		}
		for _, meta := range info.BlockMetas { // newest first
			v.lookedAt++
			if meta.Header.ProposerAddress.String() != own.Address().String() {
				continue
			}
			out, err := beacon.Output(ctx, &beacontypes.QueryOutputRequest{Height: uint64(meta.Header.Height)})
			if err != nil {
				return fmt.Errorf("ask for the beacon of block %d: %w", meta.Header.Height, err)
			}
			v.count(meta.Header.Height, out.Output.Skipped)
		}
	}
	return nil
}

// count adds one block of its own; the newest comes first.
func (v *validatorFacts) count(height int64, isSkipped bool) {
	if v.proposed == 0 {
		v.lastProposed, v.isLastProposedProven = height, !isSkipped
	}
	v.proposed++
	if isSkipped {
		v.skipped++
	}
}
