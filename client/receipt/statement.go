package receipt

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// How an answer was established.
const (
	// ByAgreement: all seats of the round revealed it.
	ByAgreement = "agreement"
	// ByPanel: a panel of fresh seats decided after a split.
	ByPanel = "panel"
	// ByReferee: the seats differed, and the chain refuted all results but this one.
	ByReferee = "referee"
)

// Statement is what a receipt proves. Its JSON keeps its fields; bytes are in hex.
type Statement struct {
	ChainID string `json:"chain_id"`
	// Height at which the records were in the state.
	Height int64  `json:"height"`
	TaskID uint64 `json:"task_id"`
	// Requester asked, Payer paid.
	Requester string `json:"requester"`
	Payer     string `json:"payer"`
	Model     Model  `json:"model"`
	// Input and Output are token ids.
	Input  []uint32 `json:"input"`
	Output []uint32 `json:"output"`
	// Stop is end, length or context: why the output ended.
	Stop string `json:"stop"`
	// TemperatureMilli, TopK and SampleSeed say how tokens were chosen; greedily if all are zero.
	TemperatureMilli uint32 `json:"temperature_milli"`
	TopK             uint32 `json:"top_k"`
	SampleSeed       string `json:"sample_seed"`
	ResultRoot       string `json:"result_root"`
	// Established is ByAgreement, ByPanel or ByReferee.
	Established string `json:"established"`
	// Round that established it, and all of the task's seats.
	Round uint32 `json:"round"`
	Seats []Seat `json:"seats"`
	// PostHeight and CloseHeight are the blocks of the post and of the settlement.
	PostHeight  uint64 `json:"post_height"`
	CloseHeight uint64 `json:"close_height"`
	// ChallengeUntil is the last block in which anybody could challenge the answer; 0 when nobody ever could.
	ChallengeUntil uint64 `json:"challenge_until"`
	// Disputed says that a challenge was under way at Height.
	Disputed bool `json:"disputed"`
	// Final says that nothing can overturn the answer any more.
	Final bool `json:"final"`
	// Header is the one that vouches for the records, at Height+1.
	Header Header `json:"header"`
}

// Model is the model that was asked, as published.
type Model struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Profile   string `json:"profile"`
	Publisher string `json:"publisher"`
	// Record is the whole of it.
	Record computetypes.Model `json:"-"`
}

// Seat is one provider's place in one round.
type Seat struct {
	Round    uint32 `json:"round"`
	Role     string `json:"role"`
	Provider string `json:"provider"`
	// Stands says that it revealed the answer and lost no dispute about it.
	Stands bool `json:"stands"`
	// Outcome of the seat, from the registry of reasons.
	Outcome string `json:"outcome"`
}

// Header says who vouches for the records.
type Header struct {
	Height int64     `json:"height"`
	Hash   string    `json:"hash"`
	Time   time.Time `json:"time"`
	// AppHash of the state at Height-1.
	AppHash string `json:"app_hash"`
	// SignedPower of TotalPower signed it.
	SignedPower int64 `json:"signed_power"`
	TotalPower  int64 `json:"total_power"`
	// TrustedHeight and TrustedHash are the header that the reader trusts.
	TrustedHeight int64  `json:"trusted_height"`
	TrustedHash   string `json:"trusted_hash"`
}

// state puts checked records into a statement.
func (r *records) state(rec Receipt) Statement {
	t := &r.task
	s := Statement{
		ChainID: rec.ChainID, Height: rec.Height, TaskID: t.Id, Requester: t.Requester, Payer: t.Payer,
		Model: Model{ID: hex.EncodeToString(r.model.Id), Name: r.model.Name, Profile: r.model.Profile, Publisher: r.model.Publisher, Record: r.model},
		Input: notNil(t.Input), Output: notNil(r.answer.Output), Stop: stopWord(r.answer.Stop),
		TemperatureMilli: t.Terms.Sampling.TemperatureMilli, TopK: t.Terms.Sampling.TopK, SampleSeed: hex.EncodeToString(t.Snapshot.SampleSeed),
		ResultRoot: hex.EncodeToString(t.ResultRoot), Established: established(t, r.round), Round: r.round.Round,
		PostHeight: t.PostHeight, CloseHeight: t.CloseHeight, Disputed: r.dcase != nil,
	}
	if t.Snapshot.Refereed {
		s.ChallengeUntil = t.CloseHeight + t.Snapshot.ChallengeWindow
	}
	s.Final = !s.Disputed && uint64(rec.Height) >= s.ChallengeUntil
	for i := range r.rounds {
		for j := range r.rounds[i].Seats {
			s.Seats = append(s.Seats, seatOf(&r.rounds[i], j, t.ResultRoot))
		}
	}
	return s
}

// notNil makes an empty list [] in JSON, not null.
func notNil(ids []uint32) []uint32 {
	if ids == nil {
		return []uint32{}
	}
	return ids
}

func seatOf(round *attesttypes.Round, i int, root []byte) Seat {
	seat := &round.Seats[i]
	role := strings.TrimPrefix(round.Role.String(), "SEAT_ROLE_")
	if i >= len(round.Seats)-int(round.Audits) {
		role = strings.TrimPrefix(computetypes.SEAT_ROLE_AUDIT.String(), "SEAT_ROLE_")
	}
	return Seat{
		Round: round.Round, Role: strings.ToLower(role), Provider: seat.Provider, Stands: stands(round, i, root),
		Outcome: strings.ToLower(strings.TrimPrefix(seat.Outcome.String(), "REASON_SEAT_")),
	}
}

func stopWord(stop uint32) string {
	switch stop {
	case result.StopEnd:
		return "end"
	case result.StopLength:
		return "length"
	}
	return "context"
}

func established(t *computetypes.Task, round *attesttypes.Round) string {
	if t.Reason == computetypes.REASON_TASK_REFEREED {
		return ByReferee
	}
	if round.Role == computetypes.SEAT_ROLE_PANEL || round.Role == computetypes.SEAT_ROLE_PANEL_WIDE {
		return ByPanel
	}
	return ByAgreement
}

// setBlock tells who vouches for the records.
func (s *Statement) setBlock(b *cmttypes.LightBlock, trust Trust) {
	s.Header = Header{
		Height: b.Height, Hash: hexOf(b.Hash()), Time: b.Time.UTC(), AppHash: hexOf(b.AppHash),
		SignedPower: signed(b), TotalPower: b.ValidatorSet.TotalVotingPower(),
		TrustedHeight: trust.height, TrustedHash: hexOf(trust.hash),
	}
}

// hexOf writes a hash as explorers and CometBFT do, in capitals.
func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// stood counts the seats of the round that established the answer, and those that stand for it.
func (s Statement) stood() (stood, seats int) {
	for _, seat := range s.Seats {
		if seat.Round != s.Round {
			continue
		}
		seats++
		if seat.Stands {
			stood++
		}
	}
	return stood, seats
}

// finality says in words whether the answer can still fall.
func (s Statement) finality() string {
	switch {
	case s.Disputed:
		return fmt.Sprintf("one that was being disputed at height %d", s.Height)
	case s.Final && s.ChallengeUntil == 0:
		return "final: answers of this model are not challenged"
	case s.Final:
		return fmt.Sprintf("final: it could be challenged until block %d and stood", s.ChallengeUntil)
	}
	return fmt.Sprintf("one that can be challenged until block %d", s.ChallengeUntil)
}
