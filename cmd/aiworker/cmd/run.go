package cmd

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/aichain/aichain/offchain/worker"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
)

// runCmd serves seats until it is told to stop.
func runCmd() *cobra.Command {
	var publish bool
	cmd := &cobra.Command{
		Use: "run", Short: "Register or resume the provider and serve its seats", Args: exactly(),
		Long: `Register the provider if it is not, publish its models if asked to, make its offers, and serve its seats.

What it computes and sends is in the journal before it leaves, so that it may be killed at any moment and
started again. SIGTERM or Ctrl-C finishes open seats for at most log.stop_seconds; a second one ends at once.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(cmd)
			if err != nil {
				return err
			}
			for i := range cfg.Models {
				cfg.Models[i].Publish = cfg.Models[i].Publish || publish
			}
			if err := cfg.Validate(); err != nil {
				return badInput(err)
			}
			return run(cmd, cfg)
		},
	}
	cmd.Flags().BoolVar(&publish, "publish", false, "publish the models that nobody has published")
	return cmd
}

func run(cmd *cobra.Command, cfg worker.Config) (err error) {
	if len(cfg.Models) == 0 {
		return badInput(errors.New("no models (next: add a [[models]] block to config.toml)"))
	}
	log := logger(cmd, cfg)
	files := make([]canon.File, len(cfg.Models))
	for i, m := range cfg.Models {
		want, err := m.Want()
		if err != nil {
			return badInput(err)
		}
		files[i] = canon.File{Path: cfg.In(m.Path), Want: want}
	}
	exec, err := canon.Open(files, cfg.Engine.Threads)
	if err != nil {
		return badInput(err)
	}
	defer func() { err = errors.Join(err, exec.Close()) }()
	c, err := connect(cmd, cfg)
	if err != nil {
		return badInput(err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	saltPath := cfg.In(cfg.Journal.Salt)
	if _, err := os.Stat(saltPath); errors.Is(err, os.ErrNotExist) {
		log.Info("making the salt secret", "file", saltPath, "next", "keep a copy apart from this machine")
	}
	salts, err := worker.LoadSalts(saltPath)
	if err != nil {
		return err
	}
	journal, err := worker.OpenJournal(cfg.In(cfg.Journal.Path), cfg.Chain.ChainID, c.Address())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	w, err := worker.New(cfg, worker.Deps{Chain: c, Executor: exec, Journal: journal, Salts: salts, Log: log})
	if err != nil {
		return badInput(err)
	}
	return w.Run(cmd.Context())
}
