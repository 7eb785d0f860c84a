// Package upgrades lists the named upgrades that this binary can perform. A binary must not know an upgrade that
// it should stop for: a name is added in the release that performs it.
package upgrades

import storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

// Upgrade is one named upgrade. Module migrations run in every one; see each module's ConsensusVersion.
type Upgrade struct {
	// Name as proposed to governance.
	Name string
	// Stores that appear, disappear or change their name.
	Stores storetypes.StoreUpgrades
}

// All lists the upgrades, oldest first.
var All = []Upgrade{
	// The referee and audits: parameters of x/attest and x/compute, no store of their own.
	{Name: Referee},
}

// Referee is the upgrade from the first release, in which panels voted on different results.
const Referee = "referee"
