package cmd

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aichain/aichain/internal/vrfkey"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// addGenesisVrfKeyCmd adds this node's VRF key to the genesis file of its home.
func addGenesisVrfKeyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add-vrf-key OPERATOR",
		Short: "Add this node's newest VRF key to the genesis file, in force from the first block",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			operator, err := sdk.ValAddressFromBech32(args[0])
			if err != nil {
				return fmt.Errorf("expected an operator address: %w", err)
			}
			f, err := vrfkey.Load(keyPath(cmd))
			if err != nil {
				return err
			}
			path := server.GetServerContextFromCmd(cmd).Config.GenesisFile()
			gen, err := genutiltypes.AppGenesisFromFile(path)
			if err != nil {
				return err
			}
			key := f.Newest()
			if err := addKeyToGenesis(client.GetClientContextFromCmd(cmd).Codec, gen, operator, key); err != nil {
				return err
			}
			if err := genutil.ExportGenesisFile(gen, path); err != nil {
				return err
			}
			pub := hex.EncodeToString(key.Public())
			return show(cmd, keyList{File: path, Keys: []string{pub}}, pub+"\n")
		},
	}
	addOutputFlag(cmd)
	return cmd
}

// addKeyToGenesis puts a key and its proof of possession into a genesis, and checks the result.
func addKeyToGenesis(cdc codec.JSONCodec, gen *genutiltypes.AppGenesis, operator sdk.ValAddress, key vrf.Key) error {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(gen.AppState, &state); err != nil {
		return err
	}
	if err := addKeyToState(cdc, state, gen.ChainID, operator, key); err != nil {
		return err
	}
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return err
	}
	gen.AppState = bz
	return nil
}

func addKeyToState(cdc codec.JSONCodec, state map[string]json.RawMessage, chainID string, operator sdk.ValAddress, key vrf.Key) error {
	var gs beacontypes.GenesisState
	if err := cdc.UnmarshalJSON(state[beacontypes.ModuleName], &gs); err != nil {
		return err
	}
	public, proof := possession(key, chainID, operator)
	gs.Keys = append(gs.Keys, beacontypes.VrfKey{Validator: operator.String(), Key: public})
	gs.Proofs = append(gs.Proofs, proof)
	if err := gs.Validate(); err != nil {
		return err
	}
	bz, err := cdc.MarshalJSON(&gs)
	if err != nil {
		return err
	}
	state[beacontypes.ModuleName] = bz
	return nil
}
