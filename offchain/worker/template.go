package worker

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// configTemplate explains every field in place.
const configTemplate = `# Configuration of an aichain worker. Relative paths start at this file's directory.
# Check it with: aiworker doctor

[chain]
# Id of the chain; signed into every transaction and commitment.
chain_id = {{quote .Chain.ChainID}}
# gRPC of a node, host:port. tls = true for an encrypted one.
grpc = {{quote .Chain.GRPC}}
tls = {{.Chain.TLS}}
# CometBFT RPC of the same node, for new blocks. Empty: ask once a second instead.
rpc = {{quote .Chain.RPC}}

[key]
# Key that signs for the provider. Use it nowhere else: two programs with one key disturb each other.
name = {{quote .Key.Name}}
# os, file, test (unencrypted, for trials only), memory
backend = {{quote .Key.Backend}}
dir = {{quote .Key.Dir}}

[provider]
# Display name, 1 to 64 bytes, and free text about the hardware, at most 256 bytes.
moniker = {{quote .Provider.Moniker}}
details = {{quote .Provider.Details}}
# Stake put up at registration, in uaic (1 AIC = 1 000 000 uaic). More free bond draws more seats.
bond = {{.Provider.Bond}}

# One block for each model to serve.
{{- range .Models}}

[[models]]
# Canonical model file. Its Merkle root, computed at the start, is the model's id.
path = {{quote .Path}}
# Expected id in hex; the worker refuses to start with another file. Empty: whatever the file is.
id = {{quote .ID}}
# Prices in uaic per 1 000 tokens, and how many seats may be open at once.
price_input = {{.PriceInput}}
price_output = {{.PriceOutput}}
slots = {{.Slots}}
# publish = true records the model on chain, in your name, if nobody has. Needs name and license (SPDX).
publish = {{.Publish}}
name = {{quote .Name}}
license = {{quote .License}}
uri = {{quote .URI}}
# Fee in basis points of each seat's price, paid to you as the publisher.
fee_bps = {{.FeeBps}}
{{- else}}
#
# [[models]]
# path = "nano.canon"
# price_input = 20000
# price_output = 80000
# slots = 16
# publish = false
{{- end}}

[engine]
# Cores for one batch; 0 means all.
threads = {{.Engine.Threads}}
# Tasks executed, committed or revealed together, at most.
batch = {{.Engine.Batch}}
# Tasks waiting for execution, at most; the others wait on chain.
queue = {{.Engine.Queue}}

[dispute]
# Disputes of this worker's own seats are played by themselves. This is about the results of others: the share of settled
# tasks, in basis points (0 to 10000), on models served here and without a seat of this worker, that is run again in idle
# time. A result that comes out differently is challenged, seat by seat. Each challenge costs a fee and stakes as much
# free bond as the seat's lien. Won: the stake is free again, and half of what the seat loses is the reward. Lost: the
# stake is gone. 0 inspects nothing.
inspect_bps = {{.Dispute.InspectBps}}

[journal]
# What the worker must not forget: results, salts, what was sent. Back it up with the salt secret.
path = {{quote .Journal.Path}}
# Secret that all salts come from; made at the first start. With it, even a lost journal loses nothing.
salt = {{quote .Journal.Salt}}

[health]
# /healthz, /readyz, /status and /metrics (Prometheus). Empty: none.
listen = {{quote .Health.Listen}}

[log]
# debug, info, warn, error; text or json
level = {{quote .Log.Level}}
format = {{quote .Log.Format}}
# Seconds to finish open seats after a request to stop.
stop_seconds = {{.Log.StopSeconds}}
`

// Render writes a configuration with its explanations.
func (c Config) Render() (string, error) {
	t, err := template.New("config").Funcs(template.FuncMap{"quote": tomlQuote}).Parse(configTemplate)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, c); err != nil {
		return "", err
	}
	return b.String(), nil
}

// tomlQuote makes a basic string of TOML; Go's escapes of control characters are a superset of what it takes.
func tomlQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// MayWriteConfig returns the error that WriteConfig would return because home/config.toml exists.
func MayWriteConfig(home string, overwrite bool) error {
	path := filepath.Join(home, "config.toml")
	if _, err := os.Stat(path); err == nil && !overwrite { // what else may be wrong, writing it tells
		return configExists(path)
	}
	return nil
}

func configExists(path string) error {
	return fmt.Errorf("%s exists (next: edit it, or give --overwrite)", path)
}

// WriteConfig writes home/config.toml; an existing one stays unless overwrite.
func WriteConfig(home string, c Config, overwrite bool) (string, error) {
	path := filepath.Join(home, "config.toml")
	text, err := c.Render()
	if err != nil {
		return path, err
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return path, err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if overwrite {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if os.IsExist(err) {
		return path, configExists(path)
	}
	if err != nil {
		return path, err
	}
	if _, err := f.WriteString(text); err != nil {
		return path, err
	}
	return path, f.Close()
}
