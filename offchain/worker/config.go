package worker

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Config is the worker's configuration file; ConfigTemplate says what each field means.
type Config struct {
	Chain    ChainConfig    `toml:"chain"`
	Key      KeyConfig      `toml:"key"`
	Provider ProviderConfig `toml:"provider"`
	Models   []ModelConfig  `toml:"models"`
	Engine   EngineConfig   `toml:"engine"`
	Dispute  DisputeConfig  `toml:"dispute"`
	Journal  JournalConfig  `toml:"journal"`
	Health   HealthConfig   `toml:"health"`
	Log      LogConfig      `toml:"log"`

	home string // of the file, for relative paths
}

// ChainConfig says which chain and which node.
type ChainConfig struct {
	ChainID string `toml:"chain_id"`
	GRPC    string `toml:"grpc"`
	TLS     bool   `toml:"tls"`
	RPC     string `toml:"rpc"`
}

// KeyConfig says who signs.
type KeyConfig struct {
	Name    string `toml:"name"`
	Backend string `toml:"backend"`
	Dir     string `toml:"dir"`
}

// ProviderConfig is what registration says.
type ProviderConfig struct {
	Moniker string `toml:"moniker"`
	Details string `toml:"details"`
	Bond    uint64 `toml:"bond"` // uaic
}

// ModelConfig is one model file and its offer.
type ModelConfig struct {
	Path        string `toml:"path"`
	ID          string `toml:"id"`           // expected root in hex; empty for any
	PriceInput  uint64 `toml:"price_input"`  // uaic per 1 000 tokens
	PriceOutput uint64 `toml:"price_output"` // uaic per 1 000 tokens
	Slots       uint32 `toml:"slots"`

	Publish bool   `toml:"publish"`
	Name    string `toml:"name"`
	License string `toml:"license"`
	URI     string `toml:"uri"`
	FeeBps  uint32 `toml:"fee_bps"`
}

// EngineConfig tunes execution.
type EngineConfig struct {
	Threads int `toml:"threads"`
	Batch   int `toml:"batch"`
	Queue   int `toml:"queue"`
}

// DisputeConfig says how much of other people's work is checked.
type DisputeConfig struct {
	InspectBps uint32 `toml:"inspect_bps"`
}

// JournalConfig says where the worker keeps what it must not forget.
type JournalConfig struct {
	Path string `toml:"path"`
	Salt string `toml:"salt"`
}

// HealthConfig says where health and metrics are served.
type HealthConfig struct {
	Listen string `toml:"listen"`
}

// LogConfig says how to log.
type LogConfig struct {
	Level       string `toml:"level"`
	Format      string `toml:"format"`
	StopSeconds uint32 `toml:"stop_seconds"`
}

// DefaultConfig is what the template writes.
func DefaultConfig() Config {
	return Config{
		Chain:    ChainConfig{GRPC: "127.0.0.1:9090", RPC: "http://127.0.0.1:26657"},
		Key:      KeyConfig{Name: "worker", Backend: "os", Dir: "keys"},
		Provider: ProviderConfig{Moniker: "worker", Bond: 1_000_000_000},
		Engine:   EngineConfig{Batch: 16, Queue: 256},
		Journal:  JournalConfig{Path: "journal.db", Salt: "salt.key"},
		Health:   HealthConfig{Listen: "127.0.0.1:9464"},
		Log:      LogConfig{Level: "info", Format: "text", StopSeconds: 60},
	}
}

// LoadConfig reads home/config.toml. Unknown and misspelt fields are errors.
func LoadConfig(home string) (Config, error) {
	path := filepath.Join(home, "config.toml")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, fmt.Errorf("no configuration at %s (next: aiworker init --home %s)", path, home)
	}
	if err != nil {
		return Config{}, err
	}
	cfg, err := ParseConfig(b)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	cfg.home = home
	return cfg, cfg.Validate()
}

// ParseConfig reads a configuration over the defaults.
func ParseConfig(b []byte) (Config, error) {
	cfg := DefaultConfig()
	err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&cfg)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		return cfg, fmt.Errorf("unknown field:\n%s", strict.String())
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		return cfg, fmt.Errorf("not a configuration:\n%s", wrong.String())
	}
	return cfg, err
}

// Validate returns every fault of the configuration at once, each naming its field.
func (c Config) Validate() error {
	var errs []error
	fault := func(isFault bool, format string, args ...any) {
		if isFault {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fault(c.Chain.ChainID == "", "chain.chain_id: expected the id of the chain, got nothing")
	fault(c.Chain.GRPC == "", "chain.grpc: expected host:port, got nothing")
	fault(c.Key.Name == "", "key.name: expected the name of a key, got nothing")
	fault(c.Provider.Moniker == "" || len(c.Provider.Moniker) > 64, "provider.moniker: expected 1 to 64 bytes, got %d", len(c.Provider.Moniker))
	fault(len(c.Provider.Details) > 256, "provider.details: expected at most 256 bytes, got %d", len(c.Provider.Details))
	fault(c.Provider.Bond == 0, "provider.bond: expected uaic above 0, got 0")
	fault(c.Engine.Threads < 0, "engine.threads: expected 0 or more, got %d", c.Engine.Threads)
	fault(c.Engine.Batch < 1 || c.Engine.Batch > 1_000, "engine.batch: expected 1 to 1000, got %d", c.Engine.Batch)
	fault(c.Engine.Queue < 1 || c.Engine.Queue > 100_000, "engine.queue: expected 1 to 100000, got %d", c.Engine.Queue)
	fault(c.Dispute.InspectBps > wholeBps, "dispute.inspect_bps: expected 0 to %d, got %d", wholeBps, c.Dispute.InspectBps)
	fault(c.Log.Level != "debug" && c.Log.Level != "info" && c.Log.Level != "warn" && c.Log.Level != "error",
		"log.level: expected debug, info, warn or error, got %q", c.Log.Level)
	fault(c.Log.Format != "text" && c.Log.Format != "json", "log.format: expected text or json, got %q", c.Log.Format)
	if c.Health.Listen != "" {
		_, _, err := net.SplitHostPort(c.Health.Listen)
		fault(err != nil, "health.listen: expected host:port, got %q", c.Health.Listen)
	}
	for i, m := range c.Models {
		fault(m.Path == "", "models[%d].path: expected a model file, got nothing", i)
		_, err := m.Want()
		fault(err != nil, "models[%d].id: %v", i, err)
		fault(m.Slots < 1 || m.Slots > 10_000, "models[%d].slots: expected 1 to 10000, got %d", i, m.Slots)
		fault(m.PriceInput > maxPrice || m.PriceOutput > maxPrice, "models[%d]: expected prices of at most %d uaic", i, uint64(maxPrice))
		fault(m.Publish && (m.Name == "" || m.License == ""), "models[%d]: publish needs name and license (an SPDX identifier)", i)
	}
	return errors.Join(errs...)
}

// maxPrice is the chain's bound of a price, uaic per 1 000 tokens.
const maxPrice = 1_000_000_000_000

// In resolves a path of the configuration against the worker's home.
func (c Config) In(path string) string {
	if path == "" || filepath.IsAbs(path) || c.home == "" {
		return path
	}
	return filepath.Join(c.home, path)
}

// At sets the home that relative paths are resolved against.
func (c Config) At(home string) Config {
	c.home = home
	return c
}

func (c Config) drainTimeout() time.Duration { return time.Duration(c.Log.StopSeconds) * time.Second }

// Want is the expected root, nil if any will do.
func (m ModelConfig) Want() (*[32]byte, error) {
	if m.ID == "" {
		return nil, nil
	}
	b, err := hex.DecodeString(m.ID)
	if err != nil || len(b) != 32 {
		return nil, fmt.Errorf("expected 64 hex digits, got %q", m.ID)
	}
	id := [32]byte(b)
	return &id, nil
}
