package cmd

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// A flag comes from the environment unless it is named on the command line; what cannot be read names the variable.
func TestFlagsFromTheEnvironment(t *testing.T) {
	t.Setenv("AICHAIND_HOME", "/there")
	t.Setenv("AICHAIND_GAS_PRICES", "1uaic")
	flags := pflag.NewFlagSet("x", pflag.ContinueOnError)
	home, prices := flags.String("home", "/here", ""), flags.String("gas-prices", "", "")
	require.NoError(t, flags.Parse([]string{"--gas-prices", "2uaic"}))
	require.NoError(t, setFromEnvironment(flags))
	require.Equal(t, "/there", *home)
	require.Equal(t, "2uaic", *prices)

	t.Setenv("AICHAIND_PAGE_LIMIT", "many")
	flags.Uint64("page-limit", 1, "")
	require.ErrorContains(t, setFromEnvironment(flags), "AICHAIND_PAGE_LIMIT")
}
