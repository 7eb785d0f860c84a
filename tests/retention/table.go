package retention

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/internal/census"
)

// tally is what lies in the state, and on disk, at one time.
type tally struct {
	ours, others []census.Count
	disk         uint64 // bytes
}

// count takes the tally of the last block; dir is the database's.
func (m *market) count(dir string) tally {
	m.w.TB.Helper()
	a := m.w.Chain.App
	others, err := census.Others(a, a.LastBlockHeight())
	require.NoError(m.w.TB, err)
	return tally{census.Take(census.Modules(a), nil), census.Take(others, nil), diskOf(m.w.TB, dir)}
}

func diskOf(tb testing.TB, dir string) (bytes uint64) {
	tb.Helper()
	require.NoError(tb, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			bytes += uint64(info.Size())
		}
		return nil // pebble removes files while we look
	}))
	return bytes
}

// row is one collection at three times.
type row struct{ before, peak, after census.Count }

// name of a row.
func (r row) name() string { return strings.TrimSpace(r.before.Module + " " + r.before.Collection) }

// rows pairs counts by their names; a collection that one of them lacks is empty there.
func rows(before, peak, after []census.Count) (out []row) {
	at := map[string]int{}
	place := func(c census.Count) *row {
		key := c.Module + " " + c.Collection
		if _, known := at[key]; !known {
			at[key] = len(out)
			empty := census.Count{Module: c.Module, Collection: c.Collection}
			out = append(out, row{empty, empty, empty})
		}
		return &out[at[key]]
	}
	for _, c := range before {
		place(c).before = c
	}
	for _, c := range peak {
		place(c).peak = c
	}
	for _, c := range after {
		place(c).after = c
	}
	return out
}

// total is a row of sums.
func total(name string, before, peak, after []census.Count) row {
	r := row{census.Sum(before), census.Sum(peak), census.Sum(after)}
	r.before.Module = name
	return r
}

// growth in parts of ten thousand, signed.
func growth(before, after uint64) int64 {
	if before == 0 {
		return int64(after) * 10_000
	}
	return (int64(after) - int64(before)) * 10_000 / int64(before)
}

// printed is the table: what holds anything at any time, then the sums.
func printed(before, peak, after tally) string {
	var b strings.Builder
	line := func(r row) {
		if r.before.Keys+r.peak.Keys+r.after.Keys > 0 {
			fmt.Fprintf(&b, "  %-34s %9d %9d %9d  %11d %11d %11d  %+9d\n", r.name(), r.before.Keys, r.peak.Keys, r.after.Keys,
				r.before.Bytes(), r.peak.Bytes(), r.after.Bytes(), int64(r.after.Bytes())-int64(r.before.Bytes()))
		}
	}
	fmt.Fprintf(&b, "  %-34s %9s %9s %9s  %11s %11s %11s  %9s\n", "collection", "keys:", "peak", "after", "bytes:", "peak", "after", "more")
	for _, r := range rows(before.ours, peak.ours, after.ours) {
		line(r)
	}
	ours := total("our modules", before.ours, peak.ours, after.ours)
	line(ours)
	for _, r := range rows(before.others, peak.others, after.others) {
		line(r)
	}
	others := total("the SDK's modules", before.others, peak.others, after.others)
	line(others)
	fmt.Fprintf(&b, "  %-34s %29s  %11d %11d %11d\n", "database on disk", "", before.disk, peak.disk, after.disk)
	fmt.Fprintf(&b, "  grown by %d/10 000 in our modules, %d/10 000 in the SDK's\n",
		growth(ours.before.Bytes(), ours.after.Bytes()), growth(others.before.Bytes(), others.after.Bytes()))
	return b.String()
}
