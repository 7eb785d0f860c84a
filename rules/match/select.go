package match

// Candidate is an offer as a draw sees it.
type Candidate struct {
	// Provider is the identity that is seated at most once.
	Provider string
	// Draining providers finish their seats and take no new one.
	Draining bool
	// FreeSlots of the offer.
	FreeSlots uint32
	// FreeBond is the bond not under lien, uaic; never more than the weight in the tree.
	FreeBond uint64
	// WorstPrice of a seat, if the output is as long as allowed, uaic.
	WorstPrice uint64
}

// Need is what a round asks for.
type Need struct {
	// Seats to fill, each by another provider.
	Seats uint32
	// MaxDraws bounds the candidates looked at for one seat.
	MaxDraws uint32
	// SeatLien that must be free on a provider's bond, uaic.
	SeatLien uint64
	// Ceiling of a seat's worst price, uaic.
	Ceiling uint64
	// Own are requester and payer, who never answer their own question.
	Own []string
	// Seated had a seat on this task before.
	Seated []string
}

// Fit says whether a candidate can take a seat, and the first reason why not.
type Fit uint8

// The answers of Screen, in the order in which they are looked at.
const (
	Fits Fit = iota
	OwnProvider
	AlreadySeated
	Draining
	PriceAboveCeiling
	NoFreeSlot
	BondTooLow
)

// Screen says whether c can take a seat under n.
func Screen(c Candidate, n Need) Fit {
	switch {
	case contains(n.Own, c.Provider):
		return OwnProvider
	case contains(n.Seated, c.Provider):
		return AlreadySeated
	case c.Draining:
		return Draining
	case c.WorstPrice > n.Ceiling:
		return PriceAboveCeiling
	case c.FreeSlots == 0:
		return NoFreeSlot
	case c.FreeBond == 0 || c.FreeBond < n.SeatLien:
		return BondTooLow
	default:
		return Fits
	}
}

// Pool is the line of all offers for a model.
type Pool interface {
	// Total is the length of the line, uaic.
	Total() (uint64, error)
	// At returns the candidate whose stretch covers point, which is below Total, and how far into its
	// stretch the point lies.
	At(point uint64) (c Candidate, offset uint64, err error)
}

// Select draws the seats of a round in order, each of a different provider that fits, with a chance in
// proportion to its free bond. It returns fewer than n.Seats, in draw order, when a seat could not be filled
// in n.MaxDraws looks; the caller then seats nobody. Errors are those of the pool.
func Select(s *Stream, p Pool, n Need) ([]Candidate, error) {
	total, err := p.Total()
	if err != nil || total == 0 {
		return nil, err
	}
	seats := make([]Candidate, 0, min(n.Seats, 64))
	for uint32(len(seats)) < n.Seats {
		c, ok, err := drawSeat(s, p, n, total)
		if err != nil || !ok {
			return seats, err
		}
		seats = append(seats, c)
		n.Seated = append(n.Seated[:len(n.Seated):len(n.Seated)], c.Provider)
	}
	return seats, nil
}

// drawSeat looks at no more than n.MaxDraws points. A point on the liened part of a bond counts as a look at
// nobody: that turns the tree's weights, which are whole bonds, into free ones.
func drawSeat(s *Stream, p Pool, n Need, total uint64) (Candidate, bool, error) {
	for range n.MaxDraws {
		c, offset, err := p.At(s.Below(total))
		if err != nil {
			return Candidate{}, false, err
		}
		if offset < c.FreeBond && Screen(c, n) == Fits {
			return c, true, nil
		}
	}
	return Candidate{}, false, nil
}

// contains is for the handful of names of one task.
func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
