package receipt_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client/receipt"
)

// goldenTrust is the header of testdata/nano.json, which a network of four validators and three workers made.
const goldenTrust = "85:0BF48ACE49D6EE807E2CCF04E1D741207107AACF45A1EAEA7D029D61C6835879"

// TestRecordedReceipt verifies a receipt of a real network, so that receipts which people keep stay good: a change that
// breaks it must keep reading this format.
func TestRecordedReceipt(t *testing.T) {
	file, err := os.ReadFile("testdata/nano.json")
	require.NoError(t, err)
	r, err := receipt.Decode(file)
	require.NoError(t, err)
	own, err := receipt.ParseTrust([]byte(goldenTrust))
	require.NoError(t, err)
	s, err := r.Verify(own, receipt.Options{ChainID: "aichain-local-1", TaskID: 1, Final: true})
	require.NoError(t, err)
	want, err := os.ReadFile("testdata/nano.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), s.Text("What is 37+45?", "82"))

	header, err := os.ReadFile("testdata/header5.json")
	require.NoError(t, err)
	early, err := receipt.ParseTrust(header)
	require.NoError(t, err)
	now := s.Header.Time.Add(time.Hour)
	_, err = r.Verify(early, receipt.Options{Now: now})
	require.NoError(t, err)
	_, err = r.Verify(early, receipt.Options{Now: now.Add(receipt.DefaultTrustingPeriod)})
	require.ErrorIs(t, err, receipt.ErrExpired)
}

func TestParseTrust(t *testing.T) {
	for _, bad := range []string{"", "85", "85:", "85:zz", "0:" + goldenTrust[3:], "x:" + goldenTrust[3:], goldenTrust + "00", "{}", `{"header":""}`, "{"} {
		_, err := receipt.ParseTrust([]byte(bad))
		require.True(t, isRefusal(err), "%q: %v", bad, err)
	}
	trust, err := receipt.ParseTrust([]byte(" " + goldenTrust + "\n"))
	require.NoError(t, err)
	require.EqualValues(t, 85, trust.Height())
	require.Len(t, trust.Hash(), 32)
}
