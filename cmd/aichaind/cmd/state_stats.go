package cmd

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/internal/census"
)

// appDB is the name of the database in which a node keeps the application's state.
const appDB = "application"

// stateStats is what state-stats prints.
type stateStats struct {
	Height      int64          `json:"height"`
	AppHash     string         `json:"app_hash,omitempty"` // hex, of the latest block only
	Collections []census.Count `json:"collections"`
	Others      []census.Count `json:"others,omitempty"`
	// Total of all that is listed.
	Total census.Count `json:"total"`
	// DiskBytes is the size of the whole database: the trees and the past states too.
	DiskBytes uint64 `json:"disk_bytes"`
}

// stateStatsOptions are the flags of state-stats.
type stateStatsOptions struct {
	height int64
	all    bool
}

func stateStatsCmd() *cobra.Command {
	var o stateStatsOptions
	cmd := &cobra.Command{
		Use:   "state-stats",
		Short: "Count keys and bytes of each collection in the data of a stopped node",
		Long: `Count keys and bytes of each collection of our modules in the data of a stopped node. Bytes are those of keys and
values as the modules write them; the database needs more for the trees above them and for past states, which
shows in its size on disk. Two of these tables, from before and after, tell what makes a state grow. Nothing is changed.

Exit codes: 0 printed, 1 failed (is the node still running?), 2 wrong flag.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.height < 0 {
				return usageError{fmt.Errorf("expected --height from 1, got %d", o.height)}
			}
			stats, err := countState(cmd, o)
			if err != nil {
				return err
			}
			return show(cmd, stats, stats.text())
		},
	}
	cmd.Flags().Int64Var(&o.height, "height", 0, "the state after this block, if the node keeps it; default: the last")
	cmd.Flags().BoolVar(&o.all, "all", false, "the stores of the SDK's modules too, each as a whole")
	cmd.Flags().String(flags.FlagHome, app.DefaultNodeHome, "home of the node")
	addOutputFlag(cmd)
	return cmd
}

// countState opens the data of the home in the flags and counts it.
func countState(cmd *cobra.Command, o stateStatsOptions) (stats stateStats, err error) {
	ctx := server.GetServerContextFromCmd(cmd)
	dir := filepath.Join(ctx.Config.RootDir, "data")
	path := filepath.Join(dir, appDB+".db")
	if _, err := os.Stat(path); err != nil {
		return stats, fmt.Errorf("expected the data of a node: %w", err)
	}
	db, err := dbm.NewDB(appDB, server.GetAppDBBackend(ctx.Viper), dir)
	if err != nil {
		return stats, fmt.Errorf("open %s, which a running node keeps to itself: %w", path, err)
	}
	a := app.New(log.NewNopLogger(), db, true, ctx.Viper)
	defer func() { err = errors.Join(err, a.Close()) }() // closes the database
	if stats.Height = a.LastBlockHeight(); stats.Height == 0 {
		return stats, errors.New("the node has no block yet")
	}
	if o.height == 0 || o.height == stats.Height {
		stats.AppHash = hex.EncodeToString(a.LastCommitID().Hash)
	} else {
		stats.Height = o.height
	}
	tell := newCountProgress(cmd)
	modules, err := census.ModulesAt(a, stats.Height)
	if err != nil {
		return stats, err
	}
	stats.Collections = census.Take(modules, tell)
	if o.all {
		others, err := census.Others(a, stats.Height)
		if err != nil {
			return stats, err
		}
		stats.Others = census.Take(others, tell)
	}
	stats.Total = census.Sum(append(append([]census.Count(nil), stats.Collections...), stats.Others...))
	stats.Total.Module, stats.Total.Collection = census.Whole, census.Whole
	stats.DiskBytes, err = sizeOf(path)
	return stats, err
}

// sizeOf is the size of all files under a folder.
func sizeOf(dir string) (bytes uint64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		bytes += uint64(info.Size())
		return nil
	})
	return bytes, err
}

// Counting that takes longer than progressAfter tells how far it is, and again after each progressEvery.
const (
	progressAfter = 2 * time.Second
	progressEvery = time.Second
)

// newCountProgress tells on standard error where a long count is.
func newCountProgress(cmd *cobra.Command) func(census.Count) {
	next := time.Now().Add(progressAfter)
	return func(c census.Count) {
		if time.Now().Before(next) {
			return
		}
		next = time.Now().Add(progressEvery)
		cmd.PrintErrf("counting %s %s: %d keys, %s so far\n", c.Module, c.Collection, c.Keys, inUnits(c.Bytes()))
	}
}

// text is the table for people.
func (s stateStats) text() string {
	var b strings.Builder
	line := func(module, collection, keys, bytes, mean string) {
		fmt.Fprintf(&b, "%-12s  %-22s  %12s  %15s  %11s\n", module, collection, keys, bytes, mean)
	}
	count := func(c census.Count) {
		mean := "-"
		if c.Keys > 0 {
			mean = fmt.Sprint(c.Bytes() / c.Keys)
		}
		line(c.Module, c.Collection, fmt.Sprint(c.Keys), fmt.Sprint(c.Bytes()), mean)
	}
	line("module", "collection", "keys", "bytes", "bytes a key")
	for _, c := range s.Collections {
		count(c)
	}
	for _, c := range s.Others {
		count(c)
	}
	count(s.Total)
	fmt.Fprintf(&b, "after block %d; the database holds %s on disk\n", s.Height, inUnits(s.DiskBytes))
	return b.String()
}

// inUnits is a size for people.
func inUnits(bytes uint64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%d KiB", bytes>>10)
	default:
		return fmt.Sprintf("%d.%d MiB", bytes>>20, bytes%(1<<20)*10>>20)
	}
}
