package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/spf13/cobra"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
)

// doctorCmd checks everything that run needs.
func doctorCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what is wrong and what to do next", Args: exactly(),
		Long: `Check configuration, key, disk, chain, clock, money and models; nothing is changed and nothing is paid.
Each finding tells the next step. Exit code 3 if something is wrong.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(cmd)
			if err != nil {
				return err
			}
			p := worker.Patient{Config: cfg, Root: rootOf, RPC: chainOf, Now: time.Now}
			c, err := connect(cmd, cfg)
			if err != nil {
				p.KeyErr = err
			} else {
				defer func() { _ = c.Close() }() // the process ends here
				p.Chain, p.Address = c, c.Address()
			}
			return report(cmd, output, p.Examine(cmd.Context()))
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// rpcWait bounds the question to the RPC.
const rpcWait = 10 * time.Second

// chainOf asks a CometBFT RPC for its chain.
func chainOf(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, rpcWait)
	defer cancel()
	rpc, err := rpchttp.New(url, "/websocket")
	if err != nil {
		return "", fmt.Errorf("%s: %w", url, err)
	}
	status, err := rpc.Status(ctx)
	if err != nil {
		return "", err
	}
	return status.NodeInfo.Network, nil
}

// rootOf computes the id of a model file.
func rootOf(path string) (id [32]byte, err error) {
	m, err := model.Open(path)
	if err != nil {
		return id, err
	}
	id, err = m.Root()
	if cerr := m.Close(); err == nil {
		err = cerr
	}
	return id, err
}

func report(cmd *cobra.Command, output string, findings []worker.Finding) error {
	wrong := 0
	for _, f := range findings {
		if !f.OK {
			wrong++
		}
	}
	if output == "json" {
		if err := json.NewEncoder(cmd.OutOrStdout()).Encode(findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			mark := "ok   "
			if !f.OK {
				mark = "WRONG"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %-9s %s\n", mark, f.Check, f.Detail)
			if f.Next != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "                next: %s\n", f.Next)
			}
		}
	}
	if wrong > 0 {
		return &exitError{exitFindings, fmt.Errorf("%d of %d checks failed", wrong, len(findings))}
	}
	return nil
}

var _ worker.DoctorChain = (*client.Client)(nil)
