package worker

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	attesttypes "github.com/aichain/aichain/x/attest/types"
)

func TestJournalKeepsDisputes(t *testing.T) {
	path := t.TempDir() + "/j"
	j := openTest(t, path)
	open := DisputeRecord{ID: 300, Task: 2, Role: "solver", Against: "x", Moves: []SentMove{{Number: 0, Kind: "trace", Height: 9, Tries: 2, Landed: true}}}
	closed := DisputeRecord{ID: 2, Task: 1, Role: "challenger", IsClosed: true, Outcome: disputeWon}
	require.NoError(t, j.PutDisputes(open, closed))
	again := closed
	again.Outcome, again.IsClosed = disputeLost, false
	require.NoError(t, j.PutDisputes(again))
	require.NoError(t, j.Close())

	j = openTest(t, path)
	defer func() { require.NoError(t, j.Close()) }()
	records, err := j.Disputes()
	require.NoError(t, err)
	require.Equal(t, []DisputeRecord{closed, open}, records, "by id; a closed one stays as it is")
	require.NoError(t, j.PutDisputes(func() (many []DisputeRecord) {
		for id := uint64(1_000); id < 1_000+keepDisputes; id++ {
			many = append(many, DisputeRecord{ID: id, IsClosed: true})
		}
		return many
	}()...))
	records, err = j.Disputes()
	require.NoError(t, err)
	require.Len(t, records, keepDisputes+1)
	require.Equal(t, open, records[0], "the oldest closed one went, the open one stayed")
}

func TestJournalKeepsInspectionsWithTheCursor(t *testing.T) {
	path := t.TempDir() + "/j"
	j := openTest(t, path)
	cursor := Cursor{Page: []byte{1}, Height: 7, Task: 5}
	require.NoError(t, j.PutInspections(cursor, Inspection{Task: 4, Until: 90}, Inspection{Task: 5, Until: 91, Differs: true}))
	require.NoError(t, j.PutInspections(cursor, Inspection{Task: 4, IsClosed: true}))
	require.NoError(t, j.Close())
	j = openTest(t, path)
	defer func() { require.NoError(t, j.Close()) }()
	gotCursor, items, err := j.Inspections()
	require.NoError(t, err)
	require.Equal(t, cursor, gotCursor)
	require.Equal(t, []Inspection{{Task: 5, Until: 91, Differs: true}}, items)
}

func TestADamagedDisputeIsTold(t *testing.T) {
	path := t.TempDir() + "/j"
	j := openTest(t, path)
	require.NoError(t, j.PutDisputes(DisputeRecord{ID: 1}))
	require.NoError(t, j.Close())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.ReplaceAll(b, []byte(`"against":`), []byte(`"nobody":`)), 0o600))
	_, err = OpenJournal(path, testChain, "aic1p")
	require.ErrorIs(t, err, ErrJournalDamaged)
}

func TestDisputeOutcomes(t *testing.T) {
	const solver, challenger = attesttypes.DISPUTE_SIDE_SOLVER, attesttypes.DISPUTE_SIDE_CHALLENGER
	for _, c := range []struct {
		self   string
		winner attesttypes.DisputeSide
		want   string
	}{
		{"s", solver, disputeWon},
		{"s", challenger, disputeLost},
		{"c", challenger, disputeWon},
		{"c", solver, disputeLost},
		{"c", attesttypes.DISPUTE_SIDE_UNSPECIFIED, disputeDropped},
	} {
		d := attesttypes.Dispute{Id: 1, Solver: "s", Challenger: "c", Winner: c.winner, End: attesttypes.DISPUTE_END_SOLVER_SILENT}
		r := newDisputeRecord(d, c.self, 5)
		r.closed(d, 9)
		require.Equal(t, c.want, r.Outcome)
		require.Equal(t, "solver_silent", r.End)
		require.True(t, r.IsClosed)
	}
}
