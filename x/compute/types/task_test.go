package types

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// matched is a task in its first round, under the terms that version 1 knew.
func matched() Task {
	return Task{Id: 1, Status: TASK_STATUS_MATCHED, Snapshot: Snapshot{
		CommitWindow: 30, RevealWindow: 10, ChallengeWindow: 100, SeatLien: 1,
		TakeBps: 500, TakeBurnBps: 5_000, SlashBurnBps: 5_000, SoftFaultBps: 1_000,
	}}
}

// Every number of a snapshot has a bound; what version 1 did not have may be missing.
func TestEveryNumberOfASnapshotIsBounded(t *testing.T) {
	fields := reflect.TypeOf(Snapshot{})
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		var lo, top uint64
		switch {
		case strings.HasSuffix(name, "Window"):
			lo, top = 1, maxWindow
		case strings.HasSuffix(name, "Bps"):
			top = FullBps
		case name == "SeatLien":
			lo, top = 1, 1<<64-1
		default:
			require.Contains(t, []string{"ModelSplits", "SampleSeed", "Refereed"}, name)
			continue
		}
		for _, value := range []uint64{0, 1, lo, top, top + 1, 1<<64 - 1} {
			task := matched()
			task.Snapshot.ModelSplits = nil
			f := reflect.ValueOf(&task.Snapshot).Elem().Field(i)
			if f.Kind() == reflect.Uint32 {
				value = uint64(uint32(value))
			}
			f.SetUint(value)
			if task.Snapshot.ModelFeeBps > 0 {
				task.Snapshot.ModelSplits = []FeeSplit{{Recipient: "x", ShareBps: FullBps}}
			}
			err := task.CheckSnapshot()
			if value >= lo && value <= top {
				require.NoError(t, err, "%s = %d", name, value)
				continue
			}
			require.ErrorIs(t, err, ErrInvariant, "%s = %d", name, value)
			require.ErrorContains(t, err, fmt.Sprintf("from %d to %d, got %d", lo, top, value))
		}
	}
}

func TestWhoHasASnapshot(t *testing.T) {
	for status, c := range map[TaskStatus]struct{ with, without bool }{
		TASK_STATUS_OPEN:       {false, true},
		TASK_STATUS_MATCHED:    {true, false},
		TASK_STATUS_SPLIT:      {true, false},
		TASK_STATUS_STALLED:    {true, false},
		TASK_STATUS_SETTLED:    {true, false},
		TASK_STATUS_REFUNDED:   {true, true},
		TASK_STATUS_OVERTURNED: {true, false},
	} {
		with := matched()
		with.Status = status
		require.Equal(t, c.with, with.CheckSnapshot() == nil, "%s with", status)
		without := Task{Status: status}
		require.Equal(t, c.without, without.CheckSnapshot() == nil, "%s without", status)
	}
}

func TestSeedAndSplitsOfASnapshot(t *testing.T) {
	for name, spoil := range map[string]func(*Task){
		"fee for nobody":     func(t *Task) { t.Snapshot.ModelFeeBps = 100 },
		"shares, no fee":     func(t *Task) { t.Snapshot.ModelSplits = []FeeSplit{{Recipient: "x", ShareBps: FullBps}} },
		"sampled, no seed":   func(t *Task) { t.Terms.Sampling.TemperatureMilli = 1 },
		"greedy with a seed": func(t *Task) { t.Snapshot.SampleSeed = bytes.Repeat([]byte{1}, 32) },
		"short seed": func(t *Task) {
			t.Terms.Sampling.TemperatureMilli, t.Snapshot.SampleSeed = 1, bytes.Repeat([]byte{1}, 31)
		},
	} {
		task := matched()
		spoil(&task)
		require.ErrorIs(t, task.CheckSnapshot(), ErrInvariant, name)
	}
	task := matched()
	task.Terms.Sampling.TemperatureMilli, task.Snapshot.SampleSeed = 1, bytes.Repeat([]byte{1}, 32)
	require.NoError(t, task.CheckSnapshot())
}
