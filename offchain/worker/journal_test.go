package worker

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func openTest(t *testing.T, path string) Journal {
	t.Helper()
	j, err := OpenJournal(path, testChain, "aic1p")
	require.NoError(t, err)
	return j
}

func TestJournalKeepsWhatItWasGiven(t *testing.T) {
	path := t.TempDir() + "/sub/journal.db"
	j := openTest(t, path)
	open := Record{Task: 2, Round: 1, State: StateExecuted, Model: []byte{1}, Salt: []byte{2}, Output: []uint32{3}, Stop: 1, Root: []byte{4}, Commitment: []byte{5}}
	closed := Record{Task: 1, State: StateClosed, Outcome: outcomeRight, Net: 70}
	require.NoError(t, j.Put(open, closed))
	require.NoError(t, j.Close())

	j = openTest(t, path)
	records, err := j.Open()
	require.NoError(t, err)
	require.Equal(t, []Record{open}, records)
	got, ok, err := j.Get(Key{1, 0})
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, closed, got)
	totals, err := j.Totals()
	require.NoError(t, err)
	require.Equal(t, Totals{Outcomes: map[string]uint64{outcomeRight: 1}, Earned: 70}, totals)
	require.NoError(t, j.Put(closed), "closing twice changes nothing")
	totals, err = j.Totals()
	require.NoError(t, err)
	require.EqualValues(t, 70, totals.Earned)
	require.Positive(t, j.Bytes())
	require.NoError(t, j.Close())
}

func TestJournalRefusesToContradictItself(t *testing.T) {
	sealed := Record{Task: 1, State: StateExecuted, Salt: []byte{1}, Output: []uint32{2}, Stop: 1, Root: []byte{3}, Commitment: []byte{4}}
	for name, change := range map[string]func(*Record){
		"another commitment": func(r *Record) { r.Commitment = []byte{9} },
		"another salt":       func(r *Record) { r.Salt = nil },
		"another output":     func(r *Record) { r.Output = []uint32{9} },
		"another stop":       func(r *Record) { r.Stop = 2 },
		"another root":       func(r *Record) { r.Root = []byte{9} },
		"a step back":        func(r *Record) { r.State = StateSeen },
	} {
		t.Run(name, func(t *testing.T) {
			j := openTest(t, t.TempDir()+"/j")
			defer func() { require.NoError(t, j.Close()) }()
			require.NoError(t, j.Put(sealed))
			next := sealed
			next.State = StateCommitSent
			change(&next)
			other := Record{Task: 2, State: StateSeen}
			require.ErrorIs(t, j.Put(other, next), ErrSealed)
			_, ok, err := j.Get(other.Key())
			require.NoError(t, err)
			require.False(t, ok, "a failed Put changes nothing")
			got, _, err := j.Get(sealed.Key())
			require.NoError(t, err)
			require.Equal(t, sealed, got)
		})
	}
}

func TestJournalHasOneOwner(t *testing.T) {
	path := t.TempDir() + "/j"
	j := openTest(t, path)
	_, err := OpenJournal(path, testChain, "aic1p")
	require.ErrorIs(t, err, ErrJournalBusy)
	require.NoError(t, j.Close())
	_, err = OpenJournal(path, testChain, "aic1other")
	require.ErrorIs(t, err, ErrJournalForeign)
	_, err = OpenJournal(path, "other-chain", "aic1p")
	require.ErrorIs(t, err, ErrJournalForeign)
}

func TestADamagedJournalIsToldAndNeverServed(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"of another kind":        func([]byte) []byte { return bytes.Repeat([]byte("no journal "), 1_000) },
		"too small":              func(b []byte) []byte { return b[:5_000] },
		"cut short":              func(b []byte) []byte { return b[:10_000] },
		"garbage after its head": func(b []byte) []byte { return append(b[:8_192:8_192], bytes.Repeat([]byte{0xa5}, len(b)-8_192)...) },
		"a record garbled":       func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`{"task":`), []byte(`{"tusk":`)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir() + "/j"
			j := openTest(t, path)
			require.NoError(t, j.Put(Record{Task: 1, State: StateSeen}, Record{Task: 2, State: StateClosed, Outcome: outcomeRight}))
			require.NoError(t, j.Close())
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, damage(b), 0o600))
			_, err = OpenJournal(path, testChain, "aic1p")
			require.ErrorIs(t, err, ErrJournalDamaged)
			require.ErrorContains(t, err, "next: move it away")
		})
	}
}

func TestSaltsDependOnEverythingAndSurvive(t *testing.T) {
	path := t.TempDir() + "/salt.key"
	s, err := LoadSalts(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	again, err := LoadSalts(path)
	require.NoError(t, err)
	seen := map[[32]byte]bool{}
	for _, salt := range [][32]byte{
		s.Of("c", "p", Key{1, 0}), s.Of("c", "p", Key{1, 1}), s.Of("c", "p", Key{2, 0}), s.Of("d", "p", Key{1, 0}), s.Of("c", "q", Key{1, 0}),
		NewSalts([32]byte{}).Of("c", "p", Key{1, 0}),
	} {
		require.False(t, seen[salt])
		seen[salt] = true
	}
	require.Equal(t, s.Of("c", "p", Key{1, 0}), again.Of("c", "p", Key{1, 0}))
	require.NoError(t, os.WriteFile(path, []byte("garbage"), 0o600))
	_, err = LoadSalts(path)
	require.ErrorContains(t, err, "damaged")
	require.False(t, errors.Is(err, os.ErrNotExist))
}
