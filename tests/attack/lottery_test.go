package attack

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/aichain/aichain/rules/match"
)

// chainID of the draws below; any would do.
const chainID = "aichain-attack-1"

// seats of a task's first round, and the looks a draw may take for each.
const (
	seats    = 3
	maxDraws = 64
)

// lottery is the draw of the chain over a tree in memory: the same match.Select, tree and seeds.
type lottery struct {
	nodes map[[2]uint64]match.Node
	names []string
	bonds []uint64
	total uint64
}

func (l *lottery) Node(level uint32, index uint64) (match.Node, error) {
	return l.nodes[[2]uint64{uint64(level), index}], nil
}

func (l *lottery) SetNode(level uint32, index uint64, n match.Node) error {
	l.nodes[[2]uint64{uint64(level), index}] = n
	return nil
}

func newLottery() *lottery { return &lottery{nodes: map[[2]uint64]match.Node{}} }

// add gives a provider a stretch of the line.
func (l *lottery) add(name string, bond uint64) {
	n := uint64(len(l.names))
	must(match.Grow(l, n))
	l.names, l.bonds = append(l.names, name), append(l.bonds, bond)
	must(match.SetWeight(l, n+1, n, bond))
	l.total += bond
}

// addMany splits bond over count providers with a common prefix in their names.
func (l *lottery) addMany(prefix string, count int, bond uint64) {
	for i := range count {
		l.add(fmt.Sprintf("%s%03d", prefix, i), bond/uint64(count))
	}
}

// Total and At make the lottery a match.Pool in which all bond is free.
func (l *lottery) Total() (uint64, error) { return l.total, nil }

func (l *lottery) At(point uint64) (match.Candidate, uint64, error) {
	i, offset, err := match.Find(l, uint64(len(l.names)), point)
	if err != nil {
		return match.Candidate{}, 0, err
	}
	return match.Candidate{Provider: l.names[i], FreeSlots: 1, FreeBond: l.bonds[i]}, offset, nil
}

// draw returns the providers of a round in seat order.
func (l *lottery) draw(beacon [32]byte, taskID uint64) []match.Candidate {
	s := match.NewStream(match.Seed(chainID, beacon[:], taskID, 0))
	got, err := match.Select(s, l, match.Need{Seats: seats, MaxDraws: maxDraws})
	must(err)
	return got
}

// taken counts the seats whose provider's name starts with 'x', the attacker's.
func taken(round []match.Candidate) (n int) {
	for _, c := range round {
		if c.Provider[0] == 'x' {
			n++
		}
	}
	return n
}

// allOf is the chance that the three seats of a round, each of another identity, all fall on k of n equal ones. It
// is a little under (k/n)³: whoever sits cannot be drawn again.
func allOf(k, n float64) float64 { return k * (k - 1) * (k - 2) / (n * (n - 1) * (n - 2)) }

// cube is the chance that an attacker with share c of the bond, split so that it may sit on all seats, gets all
// three.
func cube(c float64) float64 { return math.Pow(c, seats) }

// random32 is a fixed sequence of values that nobody in the game knows.
func random32(label string, i uint64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(label), i))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
