package cmd

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/vrfkey"
	"github.com/aichain/aichain/rules/beacon"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// vrfKeyCmd groups what a validator does with its VRF key.
func vrfKeyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vrf-key",
		Short: "The key with which a validator speaks in the beacon",
		Long: `The key with which a validator adds to the randomness of the blocks it proposes. It is in config/vrf_key.json of the
node's home; whoever reads it can foretell what the validator will say, so keep it private. Losing it costs nothing but
silence: register another.

  a new validator    aichaind vrf-key register --from VALIDATOR   (init has made the key)
  replace a key      aichaind vrf-key new, restart the node, aichaind vrf-key register --from VALIDATOR
                     The old key stays in the file: it counts until the new one does, two epochs later.
  in a new genesis   aichaind genesis add-vrf-key OPERATOR`,
		RunE: client.ValidateCmd,
	}
	cmd.AddCommand(vrfKeyShowCmd(), vrfKeyNewCmd(), vrfKeyRegisterCmd())
	return cmd
}

// keyList is what show and new print.
type keyList struct {
	File string   `json:"file"`
	Keys []string `json:"public_keys"` // hex, oldest first
}

func vrfKeyShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the public keys of this node, oldest first",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := keyPath(cmd)
			f, err := vrfkey.Load(path)
			if err != nil {
				return err
			}
			list := keyList{File: path}
			for _, k := range f.Keys {
				list.Keys = append(list.Keys, hex.EncodeToString(k.Public()))
			}
			return show(cmd, list, strings.Join(list.Keys, "\n")+"\n")
		},
	}
	addOutputFlag(cmd)
	return cmd
}

func vrfKeyNewCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Add a new key to the key file; the node must be restarted to use it",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := keyPath(cmd)
			key, err := vrfkey.Add(path)
			if err != nil {
				return err
			}
			pub := hex.EncodeToString(key.Public())
			return show(cmd, keyList{File: path, Keys: []string{pub}}, pub+"\n")
		},
	}
	addOutputFlag(cmd)
	return cmd
}

func vrfKeyRegisterCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "register --from VALIDATOR",
		Short: "Register the newest key of the key file on the chain",
		Long: `Register the newest key of the key file on the chain, with proof that this node has it. It counts from the first block
of the epoch after the next; see aichaind query beacon key OPERATOR. With --generate-only the transaction is printed.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			clientCtx, err := client.GetClientTxContext(cmd)
			if err != nil {
				return err
			}
			if clientCtx.ChainID == "" {
				return usageError{fmt.Errorf("expected --chain-id: the proof is for one chain")}
			}
			f, err := vrfkey.Load(keyPath(cmd))
			if err != nil {
				return err
			}
			operator := sdk.ValAddress(clientCtx.GetFromAddress())
			key, proof := possession(f.Newest(), clientCtx.ChainID, operator)
			msg := &beacontypes.MsgRegisterVrfKey{Validator: operator.String(), Key: key, Proof: proof}
			return tx.GenerateOrBroadcastTxCLI(clientCtx, cmd.Flags(), msg)
		},
	}
	flags.AddTxFlagsToCmd(cmd)
	return cmd
}

// possession returns the public key and the proof that its owner meant this chain and operator.
func possession(key vrf.Key, chainID string, operator sdk.ValAddress) (public, proof []byte) {
	return key.Public(), key.Prove(beacon.Possession(chainID, operator))
}

// keyPath is the key file of the home that the command is for.
func keyPath(cmd *cobra.Command) string {
	return vrfkey.Path(server.GetServerContextFromCmd(cmd).Config.RootDir)
}
