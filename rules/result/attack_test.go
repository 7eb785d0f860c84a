package result_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/result"
)

// seat is everything that a commitment binds.
type seat struct {
	chainID  string
	task     uint64
	round    uint32
	provider string
	root     [32]byte
	salt     [32]byte
}

func (s seat) commit() [32]byte {
	return result.Commitment(s.chainID, s.task, s.round, []byte(s.provider), s.root, s.salt)
}

func drawSeat(t *rapid.T, label string) seat {
	return seat{
		chainID:  rapid.StringN(0, 8, 8).Draw(t, label+" chain"),
		task:     rapid.Uint64().Draw(t, label+" task"),
		round:    rapid.Uint32().Draw(t, label+" round"),
		provider: string(rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, label+" provider")),
		root:     [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, label+" root")),
		salt:     [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, label+" salt")),
	}
}

// TestReplay: a commitment is worth nothing in another task, round or chain, for another address, with another root
// or another salt. Each input is changed alone.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeat(t, "own")
		flip := byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		at := rapid.IntRange(0, 31).Draw(t, "byte")
		for name, change := range map[string]func(*seat){
			"task":          func(o *seat) { o.task++ },
			"round":         func(o *seat) { o.round++ },
			"chain":         func(o *seat) { o.chainID += "2" },
			"provider":      func(o *seat) { o.provider += "\x00" },
			"root":          func(o *seat) { o.root[at] ^= flip },
			"salt":          func(o *seat) { o.salt[at] ^= flip },
			"moved border":  func(o *seat) { o.chainID += string(rune('a')); o.task = s.task ^ 0x61 },
			"swapped parts": func(o *seat) { o.root, o.salt = s.salt, s.root },
		} {
			other := s
			change(&other)
			if other != s {
				require.NotEqual(t, s.commit(), other.commit(), name)
			}
		}
	})
}

// TestFieldsCannotRunTogether moves the border between neighbouring variable fields; lengths keep them apart.
func TestFieldsCannotRunTogether(t *testing.T) {
	var salt [32]byte
	require.NotEqual(t,
		result.Commitment("ab", 1, 0, []byte("c"), [32]byte{}, salt),
		result.Commitment("a", 1, 0, []byte("bc"), [32]byte{}, salt))
	require.NotEqual(t,
		result.Root([]byte("ab"), []byte("c"), nil, 1),
		result.Root([]byte("a"), []byte("bc"), nil, 1))
	// An output token that looks like the stop reason, and the other way round.
	require.NotEqual(t, result.Root(nil, nil, []uint32{1}, 2), result.Root(nil, nil, []uint32{1, 2}, 0))
	// Input tokens that look like the bound on the output.
	require.NotEqual(t, result.InputDigest(nil, []uint32{1}, 2, 0, 0, nil), result.InputDigest(nil, []uint32{1, 2}, 0, 0, 0, nil))
	// The kinds of digest are apart even over the same bytes.
	require.NotEqual(t, result.Root(nil, nil, nil, 0), result.InputDigest(nil, nil, 0, 0, 0, nil))
}

// TestInputDigestBindsEveryTerm changes each input of the digest alone.
func TestInputDigestBindsEveryTerm(t *testing.T) {
	model, seed := []byte{1}, []byte{2}
	base := result.InputDigest(model, []uint32{1, 2}, 3, 4, 5, seed)
	for name, other := range map[string][32]byte{
		"model":       result.InputDigest([]byte{9}, []uint32{1, 2}, 3, 4, 5, seed),
		"input":       result.InputDigest(model, []uint32{2, 1}, 3, 4, 5, seed),
		"max output":  result.InputDigest(model, []uint32{1, 2}, 9, 4, 5, seed),
		"temperature": result.InputDigest(model, []uint32{1, 2}, 3, 9, 5, seed),
		"top k":       result.InputDigest(model, []uint32{1, 2}, 3, 4, 9, seed),
		"seed":        result.InputDigest(model, []uint32{1, 2}, 3, 4, 5, nil),
	} {
		require.NotEqual(t, base, other, name)
	}
}

// TestCopycat: a seat that copies its neighbour's commitment cannot open it, not even with the neighbour's own result
// and salt, which become public when the neighbour reveals.
func TestCopycat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		honest := drawSeat(t, "honest")
		copycat := honest
		copycat.provider = drawSeat(t, "copycat").provider
		if copycat.provider == honest.provider {
			return
		}
		copied := honest.commit()
		require.NotEqual(t, copied, copycat.commit())
		copycat.salt = drawSeat(t, "own").salt
		require.NotEqual(t, copied, copycat.commit())
	})
}

// TestDictionary: the model can only answer yes or no. An attacker who sees the commitments of two honest seats
// before reveals knows both possible roots exactly, yet learns nothing:
//   - the two commitments differ although the results are equal, so equality does not leak;
//   - no commitment is found by trying both answers with 100 000 guessed salts each, nor without a salt. Trying all
//     2^256 salts is the only attack left; a salt of 2 bytes, the control, is found by the same search.
func TestDictionary(t *testing.T) {
	const guesses = 100_000
	model, digest := []byte("model"), []byte("input")
	answers := [][32]byte{
		result.Root(model, digest, []uint32{0}, result.StopEnd),
		result.Root(model, digest, []uint32{1}, result.StopEnd),
	}
	honestSalt := func(n byte) (s [32]byte) {
		for i := range s {
			s[i] = n*byte(i+1) ^ 0x5a
		}
		return s
	}
	alice := seat{"chain", 7, 0, "alice", answers[1], honestSalt(3)}
	bob := seat{"chain", 7, 0, "bob", answers[1], honestSalt(3)}
	require.NotEqual(t, alice.commit(), bob.commit(), "same result, same salt even, and yet not equal")

	crack := func(target seat) (found int) {
		want := target.commit()
		for _, root := range answers {
			for g := range guesses {
				var salt [32]byte
				copy(salt[:], fmt.Sprint(g))
				if g < 1<<16 {
					salt = [32]byte{byte(g), byte(g >> 8)}
				}
				guess := target
				guess.root, guess.salt = root, salt
				if guess.commit() == want {
					found++
				}
			}
		}
		return found
	}
	require.Zero(t, crack(alice))
	require.Zero(t, crack(bob))
	careless := alice
	careless.salt = [32]byte{0xde, 0xad}
	require.Equal(t, 1, crack(careless), "the control: a salt from a small space gives the answer away")
}

// TestSampleSeedBindsEverything: another chain, beacon or task has another seed.
func TestSampleSeedBindsEverything(t *testing.T) {
	base := result.SampleSeed("chain", []byte{1}, 7)
	require.NotEqual(t, base, result.SampleSeed("chain2", []byte{1}, 7))
	require.NotEqual(t, base, result.SampleSeed("chain", []byte{2}, 7))
	require.NotEqual(t, base, result.SampleSeed("chain", []byte{1}, 8))
}

func BenchmarkRoot(b *testing.B) {
	for _, tokens := range []int{8, 64, 512, 4096} {
		b.Run(fmt.Sprint(tokens), func(b *testing.B) {
			model, digest, output := make([]byte, 32), make([]byte, 32), make([]uint32, tokens)
			b.ReportAllocs()
			for range b.N {
				result.Root(model, digest, output, 1)
			}
		})
	}
}

func BenchmarkCommitment(b *testing.B) {
	provider := make([]byte, 20)
	b.ReportAllocs()
	for range b.N {
		result.Commitment("aichain-1", 7, 0, provider, [32]byte{}, [32]byte{})
	}
}
