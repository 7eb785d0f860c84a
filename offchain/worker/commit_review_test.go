package worker

import (
	"io"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client"
)

// TestRefusedRevealsAreTriedWithEveryBlock: a commit that is refused again and again waits longer each time; a reveal must
// not, for its window of ten blocks would be over after four refusals.
func TestRefusedRevealsAreTriedWithEveryBlock(t *testing.T) {
	w := &Worker{court: newCourt()}
	w.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	w.metrics = newMetrics(w)
	commit, reveal := &seat{}, &seat{}
	for w.height = 100; w.height < 106; w.height++ {
		w.unsent(commit, false, &client.ChainError{})
		w.unsent(reveal, true, &client.ChainError{})
		require.Equal(t, w.height+1, reveal.notBefore)
	}
	require.Equal(t, uint64(105+16), commit.notBefore)
	require.True(t, reveal.forceOutput)
	require.False(t, commit.forceOutput)
}
