package cmd

import "github.com/spf13/cobra"

// createValidatorExample replaces the SDK's, which names another chain's coin.
const createValidatorExample = `  cat > validator.json <<JSON
  {
    "pubkey": $(aichaind comet show-validator),
    "amount": "100000000uaic",
    "moniker": "mynode",
    "commission-rate": "0.05",
    "commission-max-rate": "0.20",
    "commission-max-change-rate": "0.01",
    "min-self-delegation": "1"
  }
  JSON
  aichaind tx staking create-validator validator.json --from validator
  aichaind doctor`

// ownExamples puts examples that work on this chain into the SDK's commands.
func ownExamples(root *cobra.Command) {
	for path, example := range map[string]string{"create-validator": createValidatorExample} {
		c, _, err := root.Find([]string{"tx", "staking", path})
		if err != nil || c.Name() != path {
			panic("expected aichaind tx staking " + path) // the SDK renamed it
		}
		c.Example = example
		c.Long = c.Short + ". Optional fields of the file: identity, website, security, details."
	}
}
