package kit

import (
	"bytes"
	"testing"
)

func TestTinyModelsDiffer(t *testing.T) {
	a, b := TinyModel(t, "a"), TinyModel(t, "b")
	if bytes.Equal(a.ID, b.ID) {
		t.Fatal("two names, one root")
	}
}
