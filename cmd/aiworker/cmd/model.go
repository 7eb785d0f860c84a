package cmd

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aichain/aichain/canon/convert"
	"github.com/aichain/aichain/canon/model"
)

// modelCmd groups what concerns model files.
func modelCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "model", Short: "Convert model files and tell their ids", Args: cobra.ArbitraryArgs, RunE: groupOnly}
	cmd.AddCommand(convertCmd(), rootCmd())
	return cmd
}

func convertCmd() *cobra.Command {
	var o convert.Options
	var widths uint8
	var output string
	cmd := &cobra.Command{
		Use: "convert FILE.gguf OUT.canon", Short: "Make a canonical model file out of a GGUF file",
		Args: exactly("FILE.gguf", "OUT.canon"),
		Long: `Convert a Llama-architecture GGUF file (F32, F16 or Q8_0) to a canonical file, and report the error that the
integers introduce. The output appears only when it is complete; its id is its Merkle root.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if widths != 0 && widths != 8 && widths != 16 {
				return badInput(fmt.Errorf("--activation-bits: expected 8 or 16, got %d", widths))
			}
			o.Widths = model.Widths{AttnIn: widths, AttnOut: widths, FFNIn: widths, FFNOut: widths, Head: widths}
			report, err := convert.FromGGUF(cmd.Context(), args[0], args[1], o)
			if err != nil {
				return badInput(err)
			}
			id, err := rootOf(args[1])
			if err != nil {
				return err
			}
			if output == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"model_id": fmt.Sprintf("%x", id), "report": report})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d tensors, weight error relative to their size: %.2e rms, %.2e at most\n",
				len(report.Tensors), report.Total.RMS, report.Total.Max)
			fmt.Fprintf(cmd.OutOrStdout(), "model id %x\n", id)
			return nil
		},
	}
	fs := cmd.Flags()
	fs.Uint8Var(&widths, "activation-bits", 0, "8 or 16 bits for all activations; default 16 into the down product and 8 elsewhere")
	fs.BoolVar(&o.RopeHalf, "rope-half", false, "query and key rows were not permuted for llama.cpp")
	fs.Uint32Var(&o.MaxContext, "max-context", 0, "shorten the context; 0 keeps the file's")
	fs.StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func rootCmd() *cobra.Command {
	return &cobra.Command{
		Use: "root FILE.canon", Short: "Compute the id of a canonical model file", Args: exactly("FILE.canon"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := rootOf(args[0])
			if err != nil {
				return badInput(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%x\n", id)
			return nil
		},
	}
}
