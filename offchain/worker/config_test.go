package worker

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRenderedConfigReadsBack(t *testing.T) {
	for _, models := range [][]ModelConfig{nil, {{
		Path: "a b\"\\\n.canon", PriceInput: 1, PriceOutput: 2, Slots: 3, Publish: true, Name: "n", License: "MIT", URI: "u", FeeBps: 4,
		ID: "3bd7366d8ebd658e14af27fe0d070f7bd9fedd98a3f26bc604a7cc113374ec84",
	}, {Path: "b", Slots: 1}}} {
		cfg := DefaultConfig()
		cfg.Chain.ChainID, cfg.Models, cfg.Dispute.InspectBps = testChain, models, 250
		text, err := cfg.Render()
		require.NoError(t, err)
		got, err := ParseConfig([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, cfg, got)
		require.NoError(t, got.Validate())
	}
}

func TestBadConfigNamesItsField(t *testing.T) {
	for text, want := range map[string]string{
		"[chain]\nchain = \"x\"":     "unknown field",
		"[chain]\ngrpc = 5":          "grpc",
		"":                           "chain.chain_id",
		"[provider]\nmoniker = \"\"": "provider.moniker",
		"[engine]\nbatch = 0":        "engine.batch",
		"[[models]]\npath = \"x\"":   "models[0].slots",
		"[[models]]\npath = \"x\"\nslots = 1\nid = \"zz\"":                 "models[0].id",
		"[[models]]\npath = \"x\"\nslots = 1\npublish = true":              "publish needs name",
		"[[models]]\npath = \"x\"\nslots = 1\nprice_input = 2000000000000": "prices of at most",
		"[health]\nlisten = \"nowhere\"":                                   "health.listen",
		"[dispute]\ninspect_bps = 10001":                                   "dispute.inspect_bps",
		"[log]\nlevel = \"loud\"":                                          "log.level",
	} {
		cfg, err := ParseConfig([]byte(text))
		if err == nil {
			err = cfg.Validate()
		}
		require.ErrorContains(t, err, want, text)
	}
}
