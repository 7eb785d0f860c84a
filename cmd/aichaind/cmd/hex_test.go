package cmd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueriesPrintBytesInHex(t *testing.T) {
	names := map[string]bool{"model_id": true, "parents": true, "seed": true}
	for _, c := range []struct{ name, in, want string }{
		{"a field", "task:\n  model_id: O9c2\n  moniker: O9c2\n", "task:\n  model_id: 3bd736\n  moniker: O9c2\n"},
		{"the first field of a list's item", "- model_id: O9c2\n  seats: 3", "- model_id: 3bd736\n  seats: 3"},
		{"a list", "parents:\n- O9c2\n- AAE=\ninput:\n- 1234\n", "parents:\n- 3bd736\n- 0001\ninput:\n- 1234\n"},
		{"quoted, because it could be a number", `seed: "1234"`, "seed: d76df8"},
		{"nothing", "seed: null\nmodel_id: \"\"\nparents: []", "seed: null\nmodel_id: \"\"\nparents: []"},
		{"JSON stays", `{"model_id":"O9c2"}`, `{"model_id":"O9c2"}`},
	} {
		require.Equal(t, c.want, hexLines(c.in, names), c.name)
	}
}
