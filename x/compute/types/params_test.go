package types

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryParameterIsBounded(t *testing.T) {
	require.NoError(t, DefaultParams().Validate())
	fields := reflect.TypeOf(Params{})
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		for _, value := range []uint64{0, ^uint64(0)} {
			if (name == "MaxModelFeeBps" || name == "AuditBps") && value == 0 {
				continue // models for free are allowed, and a chain without audits
			}
			p := DefaultParams()
			f := reflect.ValueOf(&p).Elem().Field(i)
			if f.Kind() == reflect.Uint32 {
				value = uint64(uint32(value))
			}
			f.SetUint(value)
			require.ErrorIs(t, p.Validate(), ErrBadParams, "%s = %d", name, value)
		}
	}
}

func TestParametersThatContradict(t *testing.T) {
	for name, change := range map[string]func(*Params){
		"fewer seats at most than at least": func(p *Params) { p.MinSeats, p.MaxSeats = 5, 4 },
		"retention ends with the challenge": func(p *Params) { p.RetentionWindow = p.ChallengeWindow },
		"lien above the least bond":         func(p *Params) { p.MinSeatLien = p.MinBond + 1 },
		"no time for a draw":                func(p *Params) { p.OpenWindow = 1 },
	} {
		p := DefaultParams()
		change(&p)
		require.ErrorIs(t, p.Validate(), ErrBadParams, name)
	}
}

// A challenger has to run the task before it challenges. A chain that has shorter windows is still exported and upgraded.
func TestAChangeLeavesTimeToChallenge(t *testing.T) {
	for _, c := range []struct {
		commit, challenge uint64
		ok                bool
	}{
		{30, 100, true},
		{30, 61, true},
		{30, 60, true},
		{30, 59, false},
		{1, 2, true},
		{1, 1, false},
		{MaxCommitWindow, 2 * MaxCommitWindow, true},
		{MaxCommitWindow, 2*MaxCommitWindow - 1, false},
	} {
		p := DefaultParams()
		p.CommitWindow, p.ChallengeWindow, p.RetentionWindow = c.commit, c.challenge, c.challenge+1
		require.NoError(t, p.Validate())
		if c.ok {
			require.NoError(t, p.ValidateChange(), "%d and %d", c.commit, c.challenge)
		} else {
			require.ErrorIs(t, p.ValidateChange(), ErrBadParams, "%d and %d", c.commit, c.challenge)
			require.ErrorContains(t, p.ValidateChange(),
				fmt.Sprintf("expected challenge_window of at least %d, 2 times commit_window, got %d", 2*c.commit, c.challenge))
		}
	}
	p := DefaultParams()
	p.CommitWindow = MaxCommitWindow + 1
	require.ErrorIs(t, p.Validate(), ErrBadParams)
	require.ErrorIs(t, Params{}.ValidateChange(), ErrBadParams)
}

// Signers with a Ledger see the amino name: it must be that of the message.
func TestAminoNamesAreTheMessages(t *testing.T) {
	b, err := os.ReadFile("../../../proto/aichain/compute/v1/tx.proto")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?s)message (Msg\w+) \{\n\s*option \(cosmos.msg.v1.signer\).*?amino.name\) = "([^"]+)"`).FindAllSubmatch(b, -1)
	require.Len(t, found, 12)
	for _, m := range found {
		name := string(m[1])
		require.Contains(t, []string{"aichain/" + name, "aichain/x/compute/" + name, "aichain/" + name + "Task"}, string(m[2]))
	}
}
