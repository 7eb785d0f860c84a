// The supervisor of the SDK, built for TestUpgrade. A module of its own: it needs other versions than aichain.
module github.com/aichain/aichain/tests/operate/cosmovisor
go 1.26
require cosmossdk.io/tools/cosmovisor v1.5.0
