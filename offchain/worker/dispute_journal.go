package worker

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// DisputeJournal keeps the records of disputes and of the inspection of other people's results. Its writes are atomic
// and durable like those of seats.
type DisputeJournal interface {
	// PutDisputes stores records. A closed one stays as it is.
	PutDisputes(records ...DisputeRecord) error
	// Disputes lists all records, by id; of the closed ones the last thousand.
	Disputes() ([]DisputeRecord, error)
	// PutInspections stores how far the settled tasks have been looked through, together with what became of tasks that
	// were chosen. A closed one is forgotten.
	PutInspections(c Cursor, items ...Inspection) error
	// Inspections returns the cursor and the inspections that are not closed, by task.
	Inspections() (Cursor, []Inspection, error)
}

// keepDisputes is how many closed disputes stay for `aiworker dispute list`.
const keepDisputes = 1_000

var (
	bucketDisputes    = []byte("disputes")    // id → record; a sequence counts the closed ones
	bucketInspections = []byte("inspections") // task → inspection
	bucketCursor      = []byte("cursor")      // "cursor" → Cursor of the inspection
)

// PutDisputes writes in one transaction.
func (j *boltJournal) PutDisputes(records ...DisputeRecord) error {
	return explainDisk(j.db.Update(func(tx *bbolt.Tx) error {
		for _, r := range records {
			if err := putDispute(tx.Bucket(bucketDisputes), r); err != nil {
				return err
			}
		}
		return nil
	}))
}

func putDispute(b *bbolt.Bucket, r DisputeRecord) error {
	if old := b.Get(r.Key()); old != nil {
		var was DisputeRecord
		if err := decodeStrict(old, &was); err != nil {
			return err
		}
		if was.IsClosed {
			return nil
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := b.Put(r.Key(), text); err != nil || !r.IsClosed {
		return err
	}
	n, err := b.NextSequence()
	if err != nil || n <= keepDisputes {
		return err
	}
	return pruneDispute(b)
}

// pruneDispute removes the oldest closed dispute.
func pruneDispute(b *bbolt.Bucket) error {
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		var r DisputeRecord
		if err := decodeStrict(v, &r); err != nil {
			return err
		}
		if !r.IsClosed {
			continue
		}
		if err := c.Delete(); err != nil {
			return err
		}
		return b.SetSequence(b.Sequence() - 1)
	}
	return nil
}

// Disputes reads them all.
func (j *boltJournal) Disputes() ([]DisputeRecord, error) {
	return readBucket[DisputeRecord](j.db, bucketDisputes)
}

// PutInspections writes in one transaction.
func (j *boltJournal) PutInspections(c Cursor, items ...Inspection) error {
	return explainDisk(j.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketInspections)
		for _, it := range items {
			if it.IsClosed {
				if err := b.Delete(it.Key()); err != nil {
					return err
				}
				continue
			}
			if err := putJSON(b, it.Key(), it); err != nil {
				return err
			}
		}
		return putJSON(tx.Bucket(bucketCursor), bucketCursor, c)
	}))
}

// Inspections reads cursor and inspections.
func (j *boltJournal) Inspections() (c Cursor, items []Inspection, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(bucketCursor).Get(bucketCursor); b != nil {
			return decodeStrict(b, &c)
		}
		return nil
	})
	if err != nil {
		return c, nil, err
	}
	items, err = readBucket[Inspection](j.db, bucketInspections)
	return c, items, err
}

func putJSON(b *bbolt.Bucket, key []byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(key, text)
}

// readBucket decodes a bucket in the order of its keys.
func readBucket[T any](db *bbolt.DB, bucket []byte) ([]T, error) {
	var out []T
	err := db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(_, b []byte) error {
			var v T
			if err := decodeStrict(b, &v); err != nil {
				return err
			}
			out = append(out, v)
			return nil
		})
	})
	return out, err
}

// decodeStrict decodes a record of which every field is known.
func decodeStrict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("journal record is damaged: %w", err)
	}
	return nil
}
