package canon

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/offchain/worker/executor"
)

const nanoFile = "../../../../models/nano/nano.canon"

func TestExecutesABatchWithOneBadJob(t *testing.T) {
	e, err := Open([]File{{Path: nanoFile}}, 1)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	id := e.Models()[0]
	words, err := token.Load(e.Loaded()[0].Model.TokenizerBlob())
	require.NoError(t, err)
	ask := func(text string) executor.Job { return executor.Job{Input: words.Chat(text), MaxOutput: 8} }
	res := e.Execute(t.Context(), id, []executor.Job{ask("What is 37+45?"), {Input: []uint32{512}, MaxOutput: 8}, ask("What is 58+16?")})
	require.Equal(t, "82", words.Decode(res[0].Output))
	require.EqualValues(t, 1, res[0].Stop)
	require.Error(t, res[1].Err)
	require.Equal(t, "74", words.Decode(res[2].Output))

	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, e.Execute(stopped, id, []executor.Job{ask("hi")})[0].Err, context.Canceled)
	require.ErrorIs(t, e.Execute(t.Context(), [32]byte{1}, []executor.Job{ask("hi")})[0].Err, ErrUnknownModel)
}

func TestPublicationProvesTheHeader(t *testing.T) {
	e, err := Open([]File{{Path: nanoFile}}, 1)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	id := e.Models()[0]
	p, err := e.Publication(id)
	require.NoError(t, err)
	var path [][32]byte
	for _, node := range p.Proof {
		path = append(path, [32]byte(node))
	}
	_, err = model.VerifyHeader(id, p.Header, path)
	require.NoError(t, err)
	_, err = e.Publication([32]byte{1})
	require.ErrorIs(t, err, ErrUnknownModel)
}

func TestRefusesTheWrongFile(t *testing.T) {
	_, err := Open([]File{{Path: nanoFile, Want: &[32]byte{1}}}, 1)
	require.ErrorIs(t, err, model.ErrRootMismatch)
	require.ErrorContains(t, err, "next:")
	_, err = Open([]File{{Path: nanoFile}, {Path: nanoFile}}, 1)
	require.ErrorContains(t, err, "twice")
	_, err = Open([]File{{Path: t.TempDir() + "/none"}}, 1)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestWitnessesAClaim(t *testing.T) {
	e, err := Open([]File{{Path: nanoFile}}, 1)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	id := e.Models()[0]
	words, err := token.Load(e.Loaded()[0].Model.TokenizerBlob())
	require.NoError(t, err)
	prompt := words.Chat("What is 37+45?")
	res := e.Execute(t.Context(), id, []executor.Job{{Input: prompt, MaxOutput: 8}})[0]
	require.NoError(t, res.Err)
	claim := step.Claim{Prompt: prompt, MaxOutput: 8, Output: res.Output, Stop: res.Stop}

	w, err := e.Witness(t.Context(), id, claim)
	require.NoError(t, err)
	require.True(t, w.IsRight())
	first, last := w.Ends()
	require.NoError(t, w.Shape().CheckEnds(w.Root(), first, last))
	leaf, err := w.Shape().Index(step.At{Position: 3, Site: step.SiteQuery})
	require.NoError(t, err)
	opened, err := step.Open(w.Shape(), w.Trace(t.Context()), w.Rows(), nil, leaf, 5)
	require.NoError(t, err)
	verdict, err := step.Check(step.Case{Shape: w.Shape(), TraceRoot: w.Root(), ModelRoot: id}, opened)
	require.NoError(t, err)
	require.False(t, verdict.Refuted)

	lie := claim
	lie.Output = append([]uint32{claim.Output[0] ^ 1}, claim.Output[1:]...)
	w, err = e.Witness(t.Context(), id, lie)
	require.NoError(t, err)
	require.False(t, w.IsRight())

	lie.Output = make([]uint32, 9)
	_, err = e.Witness(t.Context(), id, lie)
	require.ErrorIs(t, err, step.ErrClaim)
	_, err = e.Witness(t.Context(), [32]byte{1}, claim)
	require.ErrorIs(t, err, ErrUnknownModel)
}
