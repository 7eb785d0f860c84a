package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"go.etcd.io/bbolt"
)

// Errors of a journal.
var (
	// ErrJournalBusy: another process has it open.
	ErrJournalBusy = errors.New("journal is in use")
	// ErrJournalForeign: it belongs to another chain or provider.
	ErrJournalForeign = errors.New("journal belongs to another worker")
	// ErrJournalDamaged: its file is not what was written.
	ErrJournalDamaged = errors.New("journal is damaged")
)

// Journal keeps the records of seats. Put is atomic and durable: when it returns nil, all of the records survive
// a power cut; when it fails, none of them is changed.
type Journal interface {
	// Put stores records, each as Record.mayBecome allows; ErrSealed otherwise.
	Put(records ...Record) error
	// Open lists the records that are not closed, by task and round.
	Open() ([]Record, error)
	// Get returns a record, closed ones too; ok is false if there is none.
	Get(k Key) (r Record, ok bool, err error)
	// Totals tells how records closed, ever.
	Totals() (Totals, error)
	// Bytes is the size on disk.
	Bytes() int64
	// Close releases it.
	Close() error

	DisputeJournal
}

// Totals are sums over all closed records, pruned ones too.
type Totals struct {
	Outcomes map[string]uint64 `json:"outcomes"` // by outcome
	Earned   uint64            `json:"earned"`   // uaic of the seats that were right
}

// keepClosed is how many closed records stay for `aiworker status`.
const keepClosed = 10_000

var (
	bucketMeta   = []byte("meta")   // what: chain id and provider
	bucketOpen   = []byte("open")   // key → record
	bucketClosed = []byte("closed") // key → record, pruned by age of the task
	bucketTotals = []byte("totals") // "totals" → Totals, never pruned
)

// boltJournal is a Journal in one bbolt file, whose lock keeps a second worker out.
type boltJournal struct {
	db   *bbolt.DB
	path string
}

// OpenJournal opens or creates the journal of one provider on one chain and reads all of it, so that damage shows
// before a seat depends on it. Errors: ErrJournalBusy, ErrJournalForeign, ErrJournalDamaged, or the system's.
func OpenJournal(path, chainID, provider string) (Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the journal's directory: %w", explainDisk(err))
	}
	var j *boltJournal
	err := guarded(path, func() (err error) {
		if j, err = openBolt(path); err != nil {
			return err
		}
		if err = j.claim(chainID, provider); err == nil {
			err = j.readAll()
		}
		if err != nil {
			return errors.Join(err, j.db.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// claim writes whose journal this is into a new one and checks it in an old one.
func (j *boltJournal) claim(chainID, provider string) error {
	return explainDisk(j.db.Update(func(tx *bbolt.Tx) error {
		for _, b := range [][]byte{bucketMeta, bucketOpen, bucketClosed, bucketTotals, bucketDisputes, bucketInspections, bucketCursor} {
			if _, err := tx.CreateBucketIfNotExists(b); err != nil {
				return err
			}
		}
		for _, f := range []struct{ name, want string }{{"chain_id", chainID}, {"provider", provider}} {
			meta := tx.Bucket(bucketMeta)
			have := meta.Get([]byte(f.name))
			if have == nil {
				if err := meta.Put([]byte(f.name), []byte(f.want)); err != nil {
					return err
				}
			} else if string(have) != f.want {
				return fmt.Errorf("%w: %s is %q there, %q here (next: point journal.path at another file; keep this one while seats are open)",
					ErrJournalForeign, f.name, have, f.want)
			}
		}
		return nil
	}))
}

// Put writes in one transaction; bbolt syncs before it returns.
func (j *boltJournal) Put(records ...Record) error {
	return explainDisk(j.db.Update(func(tx *bbolt.Tx) error {
		for _, r := range records {
			if err := put(tx, r); err != nil {
				return err
			}
		}
		return prune(tx)
	}))
}

func put(tx *bbolt.Tx, r Record) error {
	key := r.Key().Bytes()
	if old, ok, err := get(tx, key); err != nil {
		return err
	} else if ok {
		if err := old.mayBecome(r); err != nil {
			return err
		}
		if old.State == StateClosed {
			return nil
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if r.State != StateClosed {
		return tx.Bucket(bucketOpen).Put(key, b)
	}
	if err := tx.Bucket(bucketOpen).Delete(key); err != nil {
		return err
	}
	if err := addTotals(tx, r); err != nil {
		return err
	}
	closed := tx.Bucket(bucketClosed)
	if _, err := closed.NextSequence(); err != nil {
		return err
	}
	return closed.Put(key, b)
}

func addTotals(tx *bbolt.Tx, r Record) error {
	t, err := totals(tx)
	if err != nil {
		return err
	}
	t.Outcomes[r.Outcome]++
	if r.Outcome == outcomeRight {
		t.Earned += r.Net
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketTotals).Put(bucketTotals, b)
}

func totals(tx *bbolt.Tx) (Totals, error) {
	t := Totals{Outcomes: map[string]uint64{}}
	if b := tx.Bucket(bucketTotals).Get(bucketTotals); b != nil {
		if err := json.Unmarshal(b, &t); err != nil {
			return t, fmt.Errorf("journal totals are damaged: %w", err)
		}
	}
	return t, nil
}

// prune removes the oldest closed records over the limit. The bucket's sequence counts its records, because
// bbolt's own count walks them all.
func prune(tx *bbolt.Tx) error {
	closed := tx.Bucket(bucketClosed)
	n := closed.Sequence()
	c := closed.Cursor()
	for k, _ := c.First(); k != nil && n > keepClosed; k, _ = c.First() {
		if err := c.Delete(); err != nil {
			return err
		}
		n--
	}
	return closed.SetSequence(n)
}

func get(tx *bbolt.Tx, key []byte) (r Record, ok bool, err error) {
	for _, name := range [][]byte{bucketOpen, bucketClosed} {
		if b := tx.Bucket(name).Get(key); b != nil {
			return r, true, decodeStrict(b, &r)
		}
	}
	return r, false, nil
}

func (j *boltJournal) Get(k Key) (r Record, ok bool, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		r, ok, err = get(tx, k.Bytes())
		return err
	})
	return r, ok, err
}

func (j *boltJournal) Open() ([]Record, error) {
	var out []Record
	err := j.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketOpen).ForEach(func(_, b []byte) error {
			var r Record
			if err := decodeStrict(b, &r); err != nil {
				return err
			}
			out = append(out, r)
			return nil
		})
	})
	return out, err
}

func (j *boltJournal) Totals() (t Totals, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		t, err = totals(tx)
		return err
	})
	return t, err
}

func (j *boltJournal) Bytes() int64 {
	info, err := os.Stat(j.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func (j *boltJournal) Close() error { return j.db.Close() }

// explainDisk adds the next step to the errors of a full or read-only disk.
func explainDisk(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w (next: free space on the disk of the journal; nothing written so far is lost)", err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w (next: make the journal's directory writable for this user)", err)
	}
	return err
}
