package watch

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// TestReadersFindTheirFields runs each reader on its event as the chain emits it, empty and full: every attribute it
// asks for is there and is what it takes it for.
func TestReadersFindTheirFields(t *testing.T) {
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			typ := proto.MessageType(name)
			require.NotNil(t, typ, "no such event")
			for _, isFull := range []bool{false, true} {
				msg := reflect.New(typ.Elem())
				fill(msg.Elem(), isFull)
				event, err := sdk.TypedEventToEvent(msg.Interface().(proto.Message))
				require.NoError(t, err)
				c := newCounters()
				f := &fields{counters: c, attributes: event.Attributes}
				read(c, f)
				require.Empty(t, f.strange)
			}
		})
	}
}

// fill sets enums to a value that the event may have, and everything else if isFull.
func fill(v reflect.Value, isFull bool) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Int32:
			f.SetInt(1)
			if v.Type() == reflect.TypeFor[attesttypes.EventSeatOutcome]() {
				f.SetInt(int64(computetypes.REASON_SEAT_WRONG))
			}
		case reflect.Uint64:
			if isFull {
				f.SetUint(1 << 60)
			}
		case reflect.Slice:
			if isFull {
				f.Set(reflect.MakeSlice(f.Type(), 3, 3))
			}
		}
	}
}

// TestListsAreCountedWithoutParsing them.
func TestListsAreCountedWithoutParsing(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100} {
		event, err := sdk.TypedEventToEvent(&computetypes.EventTasksPosted{TaskIds: make([]uint64, n)})
		require.NoError(t, err)
		f := &fields{attributes: event.Attributes}
		require.EqualValues(t, n, f.length("task_ids"))
		require.Empty(t, f.strange)
	}
}

// TestEveryBlockStepIsListed: a file x/MODULE/keeper/step_STEP.go that runs items has a budget here.
func TestEveryBlockStepIsListed(t *testing.T) {
	files, err := filepath.Glob("../../x/*/keeper/step_*.go")
	require.NoError(t, err)
	want := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(text), "blockwork.Run(") && !strings.HasSuffix(file, "_test.go") {
			want[file] = true
		}
	}
	got := map[string]bool{}
	for _, b := range budgets {
		got[filepath.Join("../../x", b.module, "keeper", "step_"+b.step+".go")] = true
	}
	require.Equal(t, want, got)
}

// TestAPanicIsCounted and goes no further.
func TestAPanicIsCounted(t *testing.T) {
	w := &watcher{counters: newCounters(), steps: newSteps()}
	w.counters.byType = nil // the fault
	res := abci.ResponseFinalizeBlock{Events: []abci.Event{{Type: nameOf(&rewardtypes.EventRestored{})}}}
	require.NotPanics(t, func() {
		require.NoError(t, w.ListenFinalizeBlock(context.Background(), abci.RequestFinalizeBlock{}, res))
	})
	registry := prometheus.NewRegistry()
	registry.MustRegister(w.counters.failures)
	families, err := registry.Gather()
	require.NoError(t, err)
	require.EqualValues(t, 1, families[0].Metric[0].Counter.GetValue())
}

// BenchmarkEvent is what one event costs.
func BenchmarkEvent(b *testing.B) {
	c := newCounters()
	event, err := sdk.TypedEventToEvent(&rewardtypes.EventTaskSettled{TaskId: 7, Reason: computetypes.REASON_TASK_AGREED, PaidSeats: 1 << 40})
	require.NoError(b, err)
	events := []abci.Event{abci.Event(event)}
	b.ReportAllocs()
	for b.Loop() {
		c.events(events)
	}
}
