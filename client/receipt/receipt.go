package receipt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Format names the layout of the file; another layout gets another number.
const Format = "aichain-receipt/1"

// Bounds of a receipt, checked before anything is decoded or hashed.
const (
	// MaxBytes of the file. A task of the largest default input with four rounds of different largest outputs is below 1 MiB.
	MaxBytes = 16 << 20
	// MaxRecordBytes of one stored record: a round of seven results of 2^17 tokens of three bytes, and room.
	MaxRecordBytes = 4 << 20
	// MaxProofBytes of one ICS-23 proof: an IAVL tree of 2^40 leaves needs some 4 KiB; a proof of absence has two
	// neighbours, each with its value.
	MaxProofBytes = 2*MaxRecordBytes + 64<<10
	// MaxRounds of one task: primary, redraw, panel and wide panel, and room.
	MaxRounds = 8
	// MaxBlocks of the way from a trusted header.
	MaxBlocks = 32
	// MaxValidators of one block; the staking module's default is 100.
	MaxValidators = 1_000
	// maxItems bounds the commas of a file, of which each field and each item of a list but the first has one: an empty object is
	// two bytes there and many in memory.
	maxItems = MaxBlocks*(MaxValidators+4) + 4*MaxRounds + 100
	// maxChainIDBytes is CometBFT's.
	maxChainIDBytes = 50
)

// Receipt is the file. Everything that it says in plain fields is proved by what it carries.
type Receipt struct {
	// Format is the constant Format.
	Format string `json:"format"`
	// ChainID of the chain that settled the task.
	ChainID string `json:"chain_id"`
	// TaskID of the task.
	TaskID uint64 `json:"task_id"`
	// Height of the block after which the records were in the state. Its app hash is in the header of Height+1.
	Height int64 `json:"height"`
	// Compute holds the records of x/compute.
	Compute ComputeRecords `json:"compute"`
	// Attest holds the records of x/attest.
	Attest AttestRecords `json:"attest"`
	// Blocks lead to the header of Height+1, which is the last, in ascending order. The others are a way to it from a
	// header that is trusted already. What stands before that header in the list is only whole in itself: nothing rests on it.
	Blocks []Block `json:"blocks"`
}

// ComputeRecords are proved under the root of the store of x/compute.
type ComputeRecords struct {
	// Proof of the store's root under the app hash.
	Proof []byte `json:"proof"`
	// Task is the aichain.compute.v1.Task.
	Task Record `json:"task"`
	// Model is the aichain.compute.v1.Model of the task.
	Model Record `json:"model"`
}

// AttestRecords are proved under the root of the store of x/attest.
type AttestRecords struct {
	// Proof of the store's root under the app hash.
	Proof []byte `json:"proof"`
	// Rounds are all aichain.attest.v1.Round of the task, from round 0 to its last.
	Rounds []Record `json:"rounds"`
	// Case is the aichain.attest.v1.Case of the task. It has no value, and proves its absence, when no dispute about the
	// task is under way.
	Case Record `json:"case"`
}

// Record is one value of the state. Its key follows from the task and is not in the file.
type Record struct {
	// Value as stored; empty for a proof of absence.
	Value []byte `json:"value,omitempty"`
	// Proof is an ics23.CommitmentProof of the value, or of its absence, under the root of its store.
	Proof []byte `json:"proof"`
}

// Block is what a light client needs of one block: a header, the commit over it, and the validators that signed.
type Block struct {
	// Header is a tendermint.types.Header.
	Header []byte `json:"header"`
	// Commit is the tendermint.types.Commit over it.
	Commit []byte `json:"commit"`
	// Validators are the tendermint.types.SimpleValidator whose Merkle root is the header's validators_hash, in that order.
	Validators [][]byte `json:"validators"`
}

// Encode writes the receipt as Decode reads it.
func (r Receipt) Encode() ([]byte, error) { return encode(r) }

// Encode writes a block as ParseTrust reads it.
func (b Block) Encode() ([]byte, error) { return encode(b) }

func encode(v any) ([]byte, error) {
	bz, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(bz, '\n'), nil
}

// Decode reads a receipt. Besides white space there is one way to write it: unknown, repeated, reordered or missing
// fields are refused. It returns ErrTruncated or ErrMalformed; nothing is proved yet.
func Decode(data []byte) (Receipt, error) {
	var r Receipt
	if err := decode("the file", data, &r); err != nil {
		return Receipt{}, err
	}
	if r.Format != Format {
		return Receipt{}, refuse(ErrMalformed, "format", Format, fmt.Sprintf("%.40q", r.Format))
	}
	return r, r.checkBounds()
}

// decode reads JSON that Encode wrote, white space aside.
func decode(part string, data []byte, into any) error {
	if len(data) > MaxBytes {
		return refuse(ErrMalformed, part, fmt.Sprintf("at most %d bytes", MaxBytes), "more")
	}
	if n := bytes.Count(data, []byte{','}); n > maxItems {
		return refuse(ErrMalformed, part, fmt.Sprintf("at most %d fields and items of lists", maxItems), fmt.Sprint(n))
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	switch err := dec.Decode(into); {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return refuse(ErrTruncated, part, "a whole JSON object", fmt.Sprintf("an end after %d bytes", len(data)))
	case err != nil:
		return refuse(ErrMalformed, part, "JSON of "+Format, fmt.Sprintf("%.200s", err)) // its text may quote a field as long as the file
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return refuse(ErrMalformed, part, "one JSON object", "something after it")
	}
	var got bytes.Buffer
	if err := json.Compact(&got, data); err != nil {
		return refuse(ErrMalformed, part, "JSON", err.Error())
	}
	want, err := json.Marshal(into)
	if err != nil {
		return err
	}
	if !bytes.Equal(want, got.Bytes()) {
		return refuse(ErrMalformed, part, "each field once, in the order of the format", "another way to write it")
	}
	return nil
}

// checkBounds refuses what is too large or missing, before anything is decoded further.
func (r Receipt) checkBounds() error {
	if r.ChainID == "" || len(r.ChainID) > maxChainIDBytes {
		return refuse(ErrMalformed, "chain_id", fmt.Sprintf("1 to %d bytes", maxChainIDBytes), fmt.Sprint(len(r.ChainID)))
	}
	if r.TaskID == 0 {
		return refuse(ErrMalformed, "task_id", "a number from 1", "0")
	}
	if r.Height < 1 || r.Height == 1<<63-1 {
		return refuse(ErrMalformed, "height", "a height from 1", fmt.Sprint(r.Height))
	}
	if n := len(r.Attest.Rounds); n < 1 || n > MaxRounds {
		return refuse(ErrMalformed, "attest.rounds", fmt.Sprintf("1 to %d", MaxRounds), fmt.Sprint(n))
	}
	if n := len(r.Blocks); n < 1 || n > MaxBlocks {
		return refuse(ErrMalformed, "blocks", fmt.Sprintf("1 to %d", MaxBlocks), fmt.Sprint(n))
	}
	needed := []item{{name: "the task", Record: r.Compute.Task}, {name: "the model", Record: r.Compute.Model}}
	for i, rec := range r.Attest.Rounds {
		needed = append(needed, item{name: fmt.Sprintf("round %d", i), Record: rec})
	}
	for _, it := range needed {
		if len(it.Value) == 0 {
			return refuse(ErrMalformed, it.name, "a record", "none")
		}
	}
	records := append([]Record{r.Compute.Task, r.Compute.Model, r.Attest.Case, {Proof: r.Compute.Proof}, {Proof: r.Attest.Proof}}, r.Attest.Rounds...)
	for _, rec := range records {
		if len(rec.Value) > MaxRecordBytes {
			return refuse(ErrMalformed, "a record", fmt.Sprintf("at most %d bytes", MaxRecordBytes), fmt.Sprint(len(rec.Value)))
		}
		if n := len(rec.Proof); n < 1 || n > MaxProofBytes {
			return refuse(ErrMalformed, "a proof", fmt.Sprintf("1 to %d bytes", MaxProofBytes), fmt.Sprint(n))
		}
	}
	for _, b := range r.Blocks {
		if err := b.checkBounds(); err != nil {
			return err
		}
	}
	return nil
}

func (b Block) checkBounds() error {
	if len(b.Header) == 0 || len(b.Commit) == 0 {
		return refuse(ErrMalformed, "a block", "a header and a commit", "none")
	}
	if n := len(b.Validators); n < 1 || n > MaxValidators {
		return refuse(ErrMalformed, "the validators of a block", fmt.Sprintf("1 to %d", MaxValidators), fmt.Sprint(n))
	}
	return nil
}
