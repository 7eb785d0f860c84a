package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/client/ask"
	"github.com/aichain/aichain/client/receipt"
)

const receiptLong = `A receipt is one file that proves to anybody, offline, which answer the chain established for a task. It carries the
chain's own records, a Merkle proof of each, and the header and signatures under which they stand. It stays good when the
chain has long removed the task, so export it before that (retention_window of the parameters of compute).

  take     aichaind receipt export 7 > r.json
  check    aichaind receipt verify r.json --trusted-header 5124:A1B2…

What the reader has to trust is one header of the chain, by its hash: from a node of its own (aichaind receipt header), from
people it believes, or from several explorers that agree.`

// receiptCmd groups what is done with receipts.
func receiptCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "receipt", Short: "Prove the answer of a settled task to anybody", Long: receiptLong, RunE: sdkclient.ValidateCmd}
	cmd.AddCommand(receiptExportCmd(), receiptHeaderCmd(), receiptVerifyCmd())
	return cmd
}

func receiptExportCmd() *cobra.Command {
	var o receipt.ExportOptions
	cmd := &cobra.Command{
		Use:   "export TASK",
		Short: "Ask a node for the receipt of a settled task and print it",
		Long: `Ask a node for the receipt of a settled task, verify it and print it.

A challenge can overturn an answer for some time (challenge_window) after the settlement; a receipt taken after that says
that it is final. With --height an older state is proved, if the node keeps it: so a task that was removed still has its receipt
from an archive node.

Exit codes: 0 printed; 1 failed; 2 wrong flag; 6 no such task in that state, or a height that does not fit; 7 not settled;
3 to 5 as of receipt verify, if what the node answered does not hold.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil || id == 0 {
				return usageError{fmt.Errorf("expected a task's number from 1, got %q", args[0])}
			}
			if o.Height < 0 || o.TrustedHeight < 0 {
				return usageError{fmt.Errorf("expected heights from 1, got --height %d and --trusted-height %d", o.Height, o.TrustedHeight)}
			}
			node, err := receiptNode(cmd)
			if err != nil {
				return err
			}
			r, err := receipt.Export(cmd.Context(), node, id, o)
			if err != nil {
				return exitWith(receiptCode(err), err)
			}
			return printEncoded(cmd, r)
		},
	}
	cmd.Flags().Int64Var(&o.Height, "height", 0, "prove the state of this height; default: the newest whose header is there")
	cmd.Flags().Int64Var(&o.TrustedHeight, "trusted-height", 0, "for readers who trust this earlier header: put it in, and the way from it")
	cmd.Flags().String(flags.FlagNode, "tcp://localhost:26657", "CometBFT RPC of a node")
	return cmd
}

func receiptHeaderCmd() *cobra.Command {
	var hash bool
	cmd := &cobra.Command{
		Use:   "header [HEIGHT]",
		Short: "Print a node's header of a height for --trusted-header, by default the last",
		Long: `Print a header with its signatures and validators as a file for receipt verify --trusted-header. Keep one of a node that you
run or trust: for the trusting period it vouches for the receipts of later blocks.`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var height int64
			if len(args) > 0 {
				var err error
				if height, err = strconv.ParseInt(args[0], 10, 64); err != nil || height < 1 {
					return usageError{fmt.Errorf("expected a height from 1, got %q", args[0])}
				}
			}
			node, err := receiptNode(cmd)
			if err != nil {
				return err
			}
			b, err := receipt.FetchBlock(cmd.Context(), node, height)
			if err != nil {
				return exitWith(receiptCode(err), err)
			}
			if !hash {
				return printEncoded(cmd, b)
			}
			t, err := receipt.TrustBlock(b)
			if err != nil {
				return exitWith(receiptCode(err), err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d:%X\n", t.Height(), t.Hash())
			return err
		},
	}
	cmd.Flags().BoolVar(&hash, "hash", false, "print height:hash only")
	cmd.Flags().String(flags.FlagNode, "tcp://localhost:26657", "CometBFT RPC of a node")
	return cmd
}

// verifyFlags are the flags of receipt verify.
type verifyFlags struct {
	trusted   string
	tokenizer string
	options   receipt.Options
}

func receiptVerifyCmd() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a receipt against a trusted header, offline, and say what it proves",
		Long: `Check a receipt against a header that you trust and say what it proves. It reads the files named and no network.

--trusted-header is height:hash, or a file with that or with what receipt header prints. If it is the receipt's own header, that of the
block after the proved state, its age does not matter. If it is an earlier one, it must be less than --trusting-period old,
and more than a third of the voting power of its validators must have signed the receipt's; if they have changed too much,
have the receipt exported with --trusted-height.

FILE may be - for standard input. Words are shown beside token ids when the model's tokenizer is at hand (--tokenizer, or where
infer looks for it); they are no part of the proof.

Exit codes: 0 proved; 1 cannot read; 2 wrong flag; 3 no receipt: truncated, malformed, of an unknown format; 4 forged: bad
proof, forged header, too little power, contradicting records; 5 not trusted: nothing leads from the trusted header to it,
or that has expired; 6 of another chain, task or height; 7 proved, but not settled, or not final when --final asks for it.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		// Without the root's, which reads and writes a node's home: this needs none.
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(cmd.OutOrStdout())
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return verifyReceipt(cmd, f, args[0]) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.trusted, "trusted-header", "", "height:hash, or a file (required)")
	fs.Uint64Var(&f.options.TaskID, "task", 0, "refuse a receipt of another task")
	fs.StringVar(&f.options.ChainID, flags.FlagChainID, "", "refuse a receipt of another chain")
	fs.BoolVar(&f.options.Final, "final", false, "refuse an answer that could still be overturned")
	fs.DurationVar(&f.options.TrustingPeriod, "trusting-period", receipt.DefaultTrustingPeriod, "age up to which an earlier header is trusted; keep it below the unbonding time")
	fs.StringVar(&f.tokenizer, "tokenizer", "", "canonical model file or bare tokenizer, to show words")
	addOutputFlag(cmd)
	return cmd
}

// proved is what verify prints as JSON.
type proved struct {
	receipt.Statement
	InputText  string `json:"input_text,omitempty"`
	OutputText string `json:"output_text,omitempty"`
}

func verifyReceipt(cmd *cobra.Command, f verifyFlags, path string) error {
	if f.trusted == "" {
		return usageError{errors.New("need --trusted-header")}
	}
	if f.options.TrustingPeriod <= 0 { // to the package, 0 is the default
		return usageError{fmt.Errorf("expected a --trusting-period above 0, got %s", f.options.TrustingPeriod)}
	}
	trust, err := readTrust(f.trusted)
	if err != nil {
		return err
	}
	data, err := readBounded(cmd, path)
	if err != nil {
		return err
	}
	r, err := receipt.Decode(data)
	if err != nil {
		return exitWith(receiptCode(err), err)
	}
	s, err := r.Verify(trust, f.options)
	if err != nil {
		return exitWith(receiptCode(err), err)
	}
	out := proved{Statement: s}
	words, err := ask.Tokenizer(s.Model.Record, f.tokenizer, modelDirs(app.DefaultNodeHome))
	switch {
	case err == nil:
		out.InputText, out.OutputText = words.Decode(s.Input), words.Decode(s.Output)
	case f.tokenizer != "":
		return usageError{err}
	}
	return show(cmd, out, s.Text(out.InputText, out.OutputText))
}

// readTrust reads height:hash, or a file.
func readTrust(arg string) (receipt.Trust, error) {
	text, err := os.ReadFile(arg)
	if errors.Is(err, os.ErrNotExist) {
		trust, err := receipt.ParseTrust([]byte(arg))
		if err != nil {
			return trust, usageError{fmt.Errorf("--trusted-header: no such file, and %w", err)}
		}
		return trust, nil
	}
	if err != nil {
		return receipt.Trust{}, err
	}
	trust, err := receipt.ParseTrust(text)
	if err != nil {
		return trust, usageError{fmt.Errorf("--trusted-header %s: %w", arg, err)}
	}
	return trust, nil
}

// readBounded reads a file, or standard input for -, up to a byte more than a receipt may have.
func readBounded(cmd *cobra.Command, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(cmd.InOrStdin(), receipt.MaxBytes+1))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, receipt.MaxBytes+1))
	return data, errors.Join(err, file.Close())
}

// receiptNode is the node of --node, with a bound on each request.
func receiptNode(cmd *cobra.Command) (receipt.Node, error) {
	cctx, err := sdkclient.GetClientQueryContext(cmd)
	if err != nil {
		return nil, usageError{err}
	}
	return receipt.Dial(cctx.NodeURI, 30*time.Second)
}

func printEncoded(cmd *cobra.Command, v interface{ Encode() ([]byte, error) }) error {
	bz, err := v.Encode()
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(bz)
	return err
}

// Exit codes of receipt beside ExitFailed and ExitUsage; scripts rely on them.
const (
	exitNoReceipt  = 3
	exitForged     = 4
	exitUntrusted  = 5
	exitOther      = 6
	exitNotSettled = 7
)

// receiptCode sorts the refusals of a receipt.
func receiptCode(err error) int {
	for _, c := range []struct {
		code  int
		kinds []error
	}{
		{exitNoReceipt, []error{receipt.ErrTruncated, receipt.ErrMalformed}},
		{exitForged, []error{receipt.ErrProof, receipt.ErrHeader, receipt.ErrPower, receipt.ErrContradiction}},
		{exitUntrusted, []error{receipt.ErrUntrusted, receipt.ErrExpired}},
		{exitOther, []error{receipt.ErrOtherChain, receipt.ErrOtherTask, receipt.ErrHeight, receipt.ErrNotFound}},
		{exitNotSettled, []error{receipt.ErrNotSettled, receipt.ErrNotFinal}},
	} {
		for _, kind := range c.kinds {
			if errors.Is(err, kind) {
				return c.code
			}
		}
	}
	return ExitFailed
}
