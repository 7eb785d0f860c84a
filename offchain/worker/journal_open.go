package worker

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// openBolt opens the file, or says why not.
func openBolt(path string) (*boltJournal, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	var system syscall.Errno
	switch {
	case err == nil:
		return &boltJournal{db: db, path: path}, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s (next: stop the other worker, or give this one its own home)", ErrJournalBusy, path)
	case errors.As(err, &system):
		return nil, fmt.Errorf("open journal %s: %w", path, explainDisk(err))
	}
	return nil, damaged(path, err)
}

// readAll decodes every record.
func (j *boltJournal) readAll() error {
	err := j.db.View(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{bucketOpen, bucketClosed} {
			err := tx.Bucket(bucket).ForEach(func(_, b []byte) error { return decodeStrict(b, new(Record)) })
			if err != nil {
				return err
			}
		}
		_, err := totals(tx)
		return err
	})
	if err == nil {
		_, err = j.Disputes()
	}
	if err == nil {
		_, _, err = j.Inspections()
	}
	if err != nil {
		return damaged(j.path, err)
	}
	return nil
}

// guarded runs f and turns a panic into ErrJournalDamaged: bbolt maps the file and trusts it, so damage shows as a
// panic, and a file that was cut short as a fault of memory.
func guarded(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			err = damaged(path, errors.New("it was cut short or overwritten"))
		default:
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	return f()
}

func damaged(path string, cause error) error {
	return fmt.Errorf("%w: %s: %w (next: move it away, keep the salt secret and start again: open seats are computed anew and get the same salts)",
		ErrJournalDamaged, path, cause)
}
