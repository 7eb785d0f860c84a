package receipt

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Text is the statement in words. question and answer replace the token ids if they are not empty; they are the
// reader's own decoding and no part of the proof.
func (s Statement) Text(question, answer string) string {
	if question == "" {
		question = tokens(s.Input)
	}
	if answer == "" {
		answer = tokens(s.Output)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "On chain %s at height %d, task %d asked the model %s\n(%s, %s)\n\n", s.ChainID, s.Height, s.TaskID, indent(s.Model.Name), s.Model.ID, s.Model.Profile)
	fmt.Fprintf(&b, "    %s\n\nand the answer\n\n    %s\n\nwas established %s.\n\n", indent(question), indent(answer), s.how())
	fmt.Fprintf(&b, "asked by   %s in block %d%s\n", s.Requester, s.PostHeight, s.sampling())
	fmt.Fprintf(&b, "settled    in block %d, result %s\n", s.CloseHeight, s.ResultRoot)
	for _, seat := range s.Seats {
		fmt.Fprintf(&b, "seat       %s, round %d, %s: %s\n", seat.Provider, seat.Round, strings.ReplaceAll(seat.Role, "_", " "), standing(seat))
	}
	fmt.Fprintf(&b, "standing   %s\n", strings.TrimPrefix(s.finality(), "one that "))
	h := s.Header
	fmt.Fprintf(&b, "header     %d %s of %s,\n           signed by %d of %d of the voting power\n", h.Height, h.Hash, h.Time.Format(time.RFC3339), h.SignedPower, h.TotalPower)
	if h.TrustedHeight == h.Height {
		fmt.Fprintf(&b, "trusted    that header itself\n")
	} else {
		fmt.Fprintf(&b, "trusted    header %d %s, whose validators vouch for it\n", h.TrustedHeight, h.TrustedHash)
	}
	return b.String()
}

// how says in words how the answer was established.
func (s Statement) how() string {
	stood, seats := s.stood()
	switch s.Established {
	case ByReferee:
		return fmt.Sprintf("by the referee: the seats differed, the chain refuted every other result, and %d of %d seats stand for this one", stood, seats)
	case ByPanel:
		return fmt.Sprintf("by %d of %d seats of a panel, after the first seats had differed", stood, seats)
	}
	return fmt.Sprintf("by %d of %d seats", stood, seats)
}

func (s Statement) sampling() string {
	if s.TemperatureMilli == 0 {
		return ""
	}
	return fmt.Sprintf(", sampled at temperature %d/1000 with seed %s", s.TemperatureMilli, s.SampleSeed)
}

func standing(s Seat) string {
	if s.Stands {
		return "stands for it"
	}
	return strings.ReplaceAll(s.Outcome, "_", " ")
}

func tokens(ids []uint32) string {
	if len(ids) == 0 {
		return "(no tokens)"
	}
	return "tokens " + strings.Trim(fmt.Sprint(ids), "[]")
}

// indent keeps the lines of a text behind the margin of the first, and what moves a terminal's cursor or turns the
// direction of what is shown out of it.
func indent(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return '\ufffd'
		}
		return r
	}, text)
	return strings.ReplaceAll(strings.TrimRight(clean, "\n"), "\n", "\n    ")
}
