package receipt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client/receipt"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// refetch proves the records of a receipt anew, at its height, as a forger with a node would.
func refetch(t *testing.T, c *chain, r *receipt.Receipt) {
	t.Helper()
	get := func(store string, key []byte) (receipt.Record, []byte) {
		res, err := c.ABCIQueryWithOptions(context.Background(), "/store/"+store+"/key", key, rpcclient.ABCIQueryOptions{Height: r.Height, Prove: true})
		require.NoError(t, err)
		ops := res.Response.ProofOps.Ops
		return receipt.Record{Value: res.Response.Value, Proof: ops[0].Data}, ops[1].Data
	}
	r.Compute.Task, r.Compute.Proof = get("compute", receipt.TaskKey(r.TaskID))
	r.Compute.Model, _ = get("compute", receipt.ModelKey(settled(r.TaskID).model.Id))
	r.Attest.Case, r.Attest.Proof = get("attest", receipt.CaseKey(r.TaskID))
	r.Attest.Rounds = nil
	for i := range settled(r.TaskID).rounds {
		rec, _ := get("attest", receipt.RoundKey(r.TaskID, uint32(i)))
		r.Attest.Rounds = append(r.Attest.Rounds, rec)
	}
}

// clone copies a receipt, so that changing the copy leaves the original alone.
func clone(r receipt.Receipt) receipt.Receipt {
	bz, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	var out receipt.Receipt
	if err := json.Unmarshal(bz, &out); err != nil {
		panic(err)
	}
	return out
}

// commitOf changes the commit of the last block.
func commitOf(r *receipt.Receipt, change func(*cmtproto.Commit)) {
	b := &r.Blocks[len(r.Blocks)-1]
	var c cmtproto.Commit
	if err := c.Unmarshal(b.Commit); err != nil {
		panic(err)
	}
	change(&c)
	b.Commit, _ = c.Marshal()
}

// TestForgeries are the ways to cheat that one thinks of first, each with the kind of its refusal.
func TestForgeries(t *testing.T) {
	c, good := settledChain(t, "aichain-1")
	_, foreign := settledChain(t, "aichain-2")
	eight := c.export(8, receipt.ExportOptions{})
	rogue := newChain(t, "aichain-1", "x", "y", "z")
	lie := settled(7)
	lie.rounds[0].Results[0].Output = answers[2]
	rogue.storeLife(settled(7))
	rogue.blocksUntil(7)
	forged := rogue.export(7, receipt.ExportOptions{})

	for _, tc := range []struct {
		name   string
		change func(*receipt.Receipt)
		kind   error
	}{
		{"another chain's id on it", func(r *receipt.Receipt) { r.ChainID = "aichain-2" }, receipt.ErrOtherChain},
		{"another chain's block", func(r *receipt.Receipt) { r.Blocks = foreign.Blocks }, receipt.ErrOtherChain},
		{"another task's number on it", func(r *receipt.Receipt) { r.TaskID = 8 }, receipt.ErrProof},
		{"another task's record", func(r *receipt.Receipt) { r.Compute.Task = eight.Compute.Task }, receipt.ErrProof},
		{"another task's round", func(r *receipt.Receipt) { r.Attest.Rounds = eight.Attest.Rounds }, receipt.ErrProof},
		{"another height on it", func(r *receipt.Receipt) { r.Height++ }, receipt.ErrHeight},
		{"the header before", func(r *receipt.Receipt) {
			b, err := receipt.FetchBlock(context.Background(), c, 6)
			require.NoError(t, err)
			r.Blocks = []receipt.Block{b}
		}, receipt.ErrHeight},
		{"a chain of one's own with the same id", func(r *receipt.Receipt) { *r = clone(forged) }, receipt.ErrUntrusted},
		{"one's own header and the chain's validators", func(r *receipt.Receipt) { r.Blocks[0].Header = forged.Blocks[0].Header }, receipt.ErrHeader},
		{"one's own validators", func(r *receipt.Receipt) { r.Blocks[0].Validators = forged.Blocks[0].Validators }, receipt.ErrHeader},
		{"a validator more", func(r *receipt.Receipt) {
			r.Blocks[0].Validators = append(r.Blocks[0].Validators, forged.Blocks[0].Validators[0])
		}, receipt.ErrHeader},
		{"a validator twice", func(r *receipt.Receipt) {
			r.Blocks[0].Validators = append(r.Blocks[0].Validators, r.Blocks[0].Validators[0])
		}, receipt.ErrHeader},
		{"validators in another order", func(r *receipt.Receipt) { slices.Reverse(r.Blocks[0].Validators) }, receipt.ErrHeader},
		{"a signature less", func(r *receipt.Receipt) {
			commitOf(r, func(c *cmtproto.Commit) {
				for i := range c.Signatures {
					if c.Signatures[i].BlockIdFlag == cmtproto.BlockIDFlagCommit {
						c.Signatures[i] = cmtproto.CommitSig{BlockIdFlag: cmtproto.BlockIDFlagAbsent}
						return
					}
				}
			})
		}, receipt.ErrPower},
		{"one signature twice", func(r *receipt.Receipt) {
			commitOf(r, func(c *cmtproto.Commit) { c.Signatures[0] = c.Signatures[len(c.Signatures)-1] })
		}, receipt.ErrHeader},
		{"an answer of one's own", func(r *receipt.Receipt) {
			bz, err := lie.rounds[0].Marshal()
			require.NoError(t, err)
			r.Attest.Rounds[0].Value = bz
		}, receipt.ErrProof},
		{"a settled task of one's own", func(r *receipt.Receipt) {
			task := settled(7).task
			task.Requester = "cosmos1somebody"
			r.Compute.Task.Value, _ = task.Marshal()
		}, receipt.ErrProof},
		{"the model left out", func(r *receipt.Receipt) { r.Compute.Model.Value = nil }, receipt.ErrMalformed},
		{"the task proved absent", func(r *receipt.Receipt) { r.Compute.Task = r.Attest.Case }, receipt.ErrMalformed},
		{"the case left out", func(r *receipt.Receipt) { r.Attest.Case = receipt.Record{Proof: r.Attest.Rounds[0].Proof} }, receipt.ErrProof},
		{"a task with a field that nobody knows", func(r *receipt.Receipt) { r.Compute.Task.Value = append(r.Compute.Task.Value, 0xf8, 0x01, 1) }, receipt.ErrMalformed},
		{"a proof with a field that nobody knows", func(r *receipt.Receipt) { r.Compute.Proof = append(r.Compute.Proof, 0xf8, 0x01, 1) }, receipt.ErrProof},
		{"proofs swapped", func(r *receipt.Receipt) { r.Compute.Proof, r.Attest.Proof = r.Attest.Proof, r.Compute.Proof }, receipt.ErrProof},
		{"no block", func(r *receipt.Receipt) { r.Blocks = nil }, receipt.ErrMalformed},
		{"no round", func(r *receipt.Receipt) { r.Attest.Rounds = nil }, receipt.ErrMalformed},
		{"a round too many", func(r *receipt.Receipt) { r.Attest.Rounds = append(r.Attest.Rounds, r.Attest.Rounds[0]) }, receipt.ErrProof},
		{"the block twice", func(r *receipt.Receipt) { r.Blocks = append(r.Blocks, r.Blocks[0]) }, receipt.ErrHeight},
		{"too many blocks", func(r *receipt.Receipt) { r.Blocks = slices.Repeat(r.Blocks, receipt.MaxBlocks+1) }, receipt.ErrMalformed},
		{"a version to come", func(r *receipt.Receipt) { r.Format = "aichain-receipt/2" }, receipt.ErrMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := clone(good)
			tc.change(&r)
			for _, trust := range []receipt.Trust{c.trustHash(7), c.trustBlock(7), c.trustBlock(5)} {
				_, err := r.Verify(trust, c.now())
				require.ErrorIs(t, err, tc.kind)
				var e *receipt.Error
				require.ErrorAs(t, err, &e)
				t.Log(err)
			}
		})
	}
}

// TestSpareSignature is the one change that leaves a receipt true: a signature that is not needed may be left out.
func TestSpareSignature(t *testing.T) {
	c := newChain(t, "aichain-1", four...)
	c.storeLife(settled(7))
	c.blocksUntil(7)
	r := c.export(7, receipt.ExportOptions{})
	before, err := r.Verify(c.trustHash(7), c.now())
	require.NoError(t, err)
	commitOf(&r, func(c *cmtproto.Commit) {
		c.Signatures[0] = cmtproto.CommitSig{BlockIdFlag: cmtproto.BlockIDFlagAbsent}
	})
	after, err := r.Verify(c.trustHash(7), c.now())
	require.NoError(t, err)
	require.Equal(t, before.Header.SignedPower-100, after.Header.SignedPower)
	after.Header.SignedPower = before.Header.SignedPower
	require.Equal(t, before, after)
}

func TestTornFiles(t *testing.T) {
	_, r := settledChain(t, "aichain-1")
	file, err := r.Encode()
	require.NoError(t, err)
	for n := 0; n < len(file)-2; n += 1 + n/7 {
		_, err := receipt.Decode(file[:n])
		require.ErrorIs(t, err, receipt.ErrTruncated, "after %d bytes", n)
	}
	for name, change := range map[string]func([]byte) []byte{
		"an unknown field":   func(f []byte) []byte { return bytes.Replace(f, []byte("{"), []byte(`{"x":1,`), 1) },
		"a field twice":      func(f []byte) []byte { return bytes.Replace(f, []byte("{"), []byte(`{"task_id":7,`), 1) },
		"something after":    func(f []byte) []byte { return append(f, "{}"...) },
		"other letters":      func(f []byte) []byte { return bytes.Replace(f, []byte("task_id"), []byte("Task_ID"), 1) },
		"a number otherwise": func(f []byte) []byte { return bytes.Replace(f, []byte(`"height": 6`), []byte(`"height": 6.0`), 1) },
		"no JSON":            func([]byte) []byte { return []byte("receipt") },
		"null":               func([]byte) []byte { return []byte("null") },
		"lists without end":  func([]byte) []byte { return []byte(`{"blocks":[` + strings.Repeat("{},", 50_000) + `{}]}`) },
		"a long name":        func([]byte) []byte { return []byte(`{"` + strings.Repeat("x", 50_000) + `":1}`) },
		"too large":          func(f []byte) []byte { return append(f, bytes.Repeat([]byte(" "), receipt.MaxBytes)...) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := receipt.Decode(change(bytes.Clone(file)))
			require.ErrorIs(t, err, receipt.ErrMalformed)
			require.Less(t, len(err.Error()), 400)
		})
	}
}

// TestLargestFileFits: the bound on lists lets the largest file pass that the others allow.
func TestLargestFileFits(t *testing.T) {
	_, r := settledChain(t, "aichain-1")
	r.Attest.Rounds = slices.Repeat(r.Attest.Rounds, receipt.MaxRounds)
	r.Blocks[0].Validators = slices.Repeat(r.Blocks[0].Validators[:1], receipt.MaxValidators)
	r.Blocks = slices.Repeat(r.Blocks, receipt.MaxBlocks)
	file, err := r.Encode()
	require.NoError(t, err)
	_, err = receipt.Decode(file)
	require.NoError(t, err)
}

// TestRefusalsAreSafeToPrint: what nobody has vouched for does not move a terminal's cursor.
func TestRefusalsAreSafeToPrint(t *testing.T) {
	c := newChain(t, "aichain-1", four...)
	rogue := newChain(t, "x\x1b[2J", "x", "y")
	rogue.storeLife(settled(7))
	rogue.blocksUntil(7)
	_, err := rogue.export(7, receipt.ExportOptions{}).Verify(c.trustBlock(3), c.now())
	require.ErrorIs(t, err, receipt.ErrOtherChain)
	require.NotContains(t, err.Error(), "\x1b")
}

// TestStonesBeforeTrust: a block before the trusted header need not be the chain's, and changes nothing in what is proved.
func TestStonesBeforeTrust(t *testing.T) {
	c, r := settledChain(t, "aichain-1")
	want, err := r.Verify(c.trustHash(7), c.now())
	require.NoError(t, err)
	fork := newChain(t, "aichain-1", "x", "y", "z")
	stone, err := receipt.FetchBlock(context.Background(), fork, 4)
	require.NoError(t, err)
	r.Blocks = append([]receipt.Block{stone}, r.Blocks...)
	got, err := r.Verify(c.trustHash(7), c.now())
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = r.Verify(c.trustBlock(3), c.now())
	require.ErrorIs(t, err, receipt.ErrUntrusted)
}

// kinds are all refusals of a file.
var kinds = []error{
	receipt.ErrTruncated, receipt.ErrMalformed, receipt.ErrOtherChain, receipt.ErrOtherTask, receipt.ErrHeight, receipt.ErrProof,
	receipt.ErrHeader, receipt.ErrPower, receipt.ErrUntrusted, receipt.ErrNotSettled, receipt.ErrContradiction,
}

func isRefusal(err error) bool {
	return slices.ContainsFunc(kinds, func(k error) bool { return errors.Is(err, k) })
}

// TestThousandMutations changes a valid receipt at random and verifies the result as a file, under one of several
// trusted headers: nothing that was changed is accepted.
func TestThousandMutations(t *testing.T) {
	const mutations = 1_000
	rnd := rand.New(rand.NewSource(4))
	c := newChain(t, "aichain-1", four...)
	c.Silent = []string{"c"}
	lives := []life{settled(7), settled(8)}
	for i := range lives { // two rounds each, so that there are some to swap
		l := &lives[i]
		l.task.Round, l.task.Role, l.task.Reason = 1, computetypes.SEAT_ROLE_PANEL, computetypes.REASON_TASK_AGREED_BY_PANEL
		l.rounds = append(l.rounds[:0], l.round(0, computetypes.SEAT_ROLE_PRIMARY, 1, 1, 2), l.round(1, computetypes.SEAT_ROLE_PANEL, 1, 1, 1))
		c.storeLife(*l)
	}
	c.blocksUntil(9)
	good := c.export(7, receipt.ExportOptions{TrustedHeight: 4})
	others := []receipt.Receipt{c.export(8, receipt.ExportOptions{TrustedHeight: 4}), c.export(7, receipt.ExportOptions{Height: 7, TrustedHeight: 5})}
	_, foreign := settledChain(t, "aichain-2")
	others = append(others, foreign)
	trusts := []receipt.Trust{c.trustHash(9), c.trustBlock(9), c.trustHash(4), c.trustBlock(4), c.trustBlock(3)}
	original, err := good.Encode()
	require.NoError(t, err)
	for _, trust := range trusts {
		_, err := good.Verify(trust, c.now())
		require.NoError(t, err)
	}

	seen := map[string]int{}
	for n := 0; n < mutations; {
		name, file := mutate(rnd, good, others[rnd.Intn(len(others))])
		if bytes.Equal(file, original) {
			continue
		}
		n++
		seen[name]++
		err := accept(file, trusts[rnd.Intn(len(trusts))], c.now())
		require.True(t, isRefusal(err), "mutation %d, %s: %v", n, name, err)
	}
	t.Log(seen)
}

// accept reads and verifies a file for somebody who expects task 7.
func accept(file []byte, trust receipt.Trust, o receipt.Options) error {
	r, err := receipt.Decode(file)
	if err != nil {
		return err
	}
	o.TaskID = 7
	_, err = r.Verify(trust, o)
	return err
}

// mutate changes a copy of a receipt in one random way; other is a receipt to take parts from.
func mutate(rnd *rand.Rand, good, other receipt.Receipt) (name string, file []byte) {
	r := clone(good)
	fields := fieldsOf(&r)
	at := rnd.Intn(len(fields))
	field := fields[at]
	switch kind := rnd.Intn(10); kind {
	case 0, 1, 2:
		name = "flipped bit of a field"
		if len(*field) > 0 {
			(*field)[rnd.Intn(len(*field))] ^= 1 << rnd.Intn(8)
		}
	case 3:
		name = "cut field"
		*field = (*field)[:rnd.Intn(len(*field)+1)]
	case 4:
		name = "longer field"
		*field = append(*field, byte(rnd.Intn(256)))
	case 5:
		name = "field of another receipt"
		from := fieldsOf(&other)
		*field = bytes.Clone(*from[at%len(from)])
	case 6:
		name = "swapped fields"
		with := fields[rnd.Intn(len(fields))]
		*field, *with = *with, *field
	case 7:
		name = "changed plain field"
		switch rnd.Intn(4) {
		case 0:
			r.TaskID ^= 1 << rnd.Intn(64)
		case 1:
			r.Height ^= 1 << rnd.Intn(63)
		case 2:
			r.ChainID = fmt.Sprint(r.ChainID, rnd.Intn(10))
		case 3:
			r.Format = r.Format[:rnd.Intn(len(r.Format))]
		}
	case 8:
		name = "list changed"
		changeList(rnd, &r)
	case 9:
		name = "torn or flipped text"
		file, _ = r.Encode()
		if rnd.Intn(2) == 0 {
			return name, file[:rnd.Intn(len(file)-2)] // the line's end may go
		}
		file[rnd.Intn(len(file)-1)] ^= 1 << rnd.Intn(8)
		return name, file
	}
	file, err := r.Encode()
	if err != nil {
		panic(err)
	}
	return name, file
}

// changeList drops, doubles or moves an item of a list, or a signature of a commit.
func changeList(rnd *rand.Rand, r *receipt.Receipt) {
	b := &r.Blocks[rnd.Intn(len(r.Blocks))]
	switch rnd.Intn(4) {
	case 0:
		r.Attest.Rounds = change(rnd, r.Attest.Rounds)
	case 1:
		// Blocks before the last may be dropped without harm to readers who trust another header.
		r.Blocks = append(r.Blocks, r.Blocks[rnd.Intn(len(r.Blocks))])
	case 2:
		b.Validators = change(rnd, b.Validators)
	case 3:
		commitOf(r, func(c *cmtproto.Commit) {
			c.Signatures = change(rnd, c.Signatures)
		})
	}
}

// change drops, doubles or moves one item of a list.
func change[T any](rnd *rand.Rand, list []T) []T {
	i := rnd.Intn(len(list))
	switch rnd.Intn(3) {
	case 0:
		return slices.Delete(list, i, i+1)
	case 1:
		return append(list, list[i])
	}
	j := rnd.Intn(len(list))
	list[i], list[j] = list[j], list[i]
	return list
}

// fieldsOf are all byte fields of a receipt.
func fieldsOf(r *receipt.Receipt) []*[]byte {
	out := []*[]byte{&r.Compute.Proof, &r.Attest.Proof}
	records := []*receipt.Record{&r.Compute.Task, &r.Compute.Model, &r.Attest.Case}
	for i := range r.Attest.Rounds {
		records = append(records, &r.Attest.Rounds[i])
	}
	for _, rec := range records {
		out = append(out, &rec.Value, &rec.Proof)
	}
	for i := range r.Blocks {
		b := &r.Blocks[i]
		out = append(out, &b.Header, &b.Commit)
		for j := range b.Validators {
			out = append(out, &b.Validators[j])
		}
	}
	return out
}

// FuzzDecode: no input panics, and what is accepted is the receipt that was made.
func FuzzDecode(f *testing.F) {
	c, r := settledChain(f, "aichain-1")
	file, err := r.Encode()
	require.NoError(f, err)
	f.Add(file)
	f.Add([]byte("{}"))
	f.Add([]byte(`{"format":"aichain-receipt/1"}`))
	trust, now := c.trustHash(7), c.now()
	want, err := r.Verify(trust, now)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := receipt.Decode(data)
		if err != nil {
			require.True(t, isRefusal(err), "%v", err)
			return
		}
		s, err := got.Verify(trust, now)
		if err != nil {
			require.True(t, isRefusal(err), "%v", err)
			return
		}
		require.Equal(t, want, s)
	})
}

// FuzzParts: no bytes in any one field panic or are accepted.
func FuzzParts(f *testing.F) {
	c, r := settledChain(f, "aichain-1")
	for i, field := range fieldsOf(&r) {
		f.Add(i, *field)
	}
	trust, now := c.trustBlock(5), c.now()
	f.Fuzz(func(t *testing.T, at int, data []byte) {
		forged := clone(r)
		fields := fieldsOf(&forged)
		field := fields[max(at%len(fields), 0)]
		if bytes.Equal(*field, data) {
			return
		}
		*field = data
		_, err := forged.Verify(trust, now)
		require.True(t, isRefusal(err), "%v", err)
	})
}
