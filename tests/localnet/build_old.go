package localnet

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BuildOld builds the programs of an earlier commit into build/operate, once. The sources come out of git, the
// modules out of the cache.
func BuildOld(tb testing.TB, commit string) Binaries {
	tb.Helper()
	out, err := filepath.Abs(filepath.Join(root, "build", "operate", commit))
	if err != nil {
		tb.Fatal(err)
	}
	bins := Binaries{filepath.Join(out, "aichaind"), filepath.Join(out, "aiworker"), filepath.Join(out, "liar")}
	if isBuilt(bins) {
		return bins
	}
	src := filepath.Join(tb.TempDir(), "src")
	archive := filepath.Join(tb.TempDir(), "src.tar")
	if err := os.Mkdir(src, 0o700); err != nil {
		tb.Fatal(err)
	}
	Run(tb, time.Minute, "git", "-C", root, "archive", "-o", archive, commit)
	Run(tb, time.Minute, "tar", "-xf", archive, "-C", src)
	args := []string{"build", "-C", src, "-mod=readonly", "-ldflags=-s -w"}
	if tags := BuildTags(); tags != "" {
		args = append(args, "-tags="+tags)
	}
	Run(tb, buildTimeout, "go", append(args, "-o", out+string(filepath.Separator), "./cmd/aichaind", "./cmd/aiworker", "./tests/system/liar")...)
	return bins
}

func isBuilt(bins Binaries) bool {
	for _, path := range []string{bins.Aichaind, bins.Aiworker, bins.Liar} {
		if _, err := os.Stat(path); err != nil {
			return false
		}
	}
	return true
}

// BuildCosmovisor builds the SDK's supervisor from the module in tests/operate/cosmovisor, once. It returns "" where that
// cannot be: its modules are its own, and come over the network the first time.
func BuildCosmovisor(tb testing.TB) string {
	tb.Helper()
	out, err := filepath.Abs(filepath.Join(root, "build", "operate", "cosmovisor"))
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := os.Stat(out); err == nil {
		return out
	}
	cmd := exec.Command("go", "build", "-C", filepath.Join(root, "tests", "operate", "cosmovisor"), "-mod=readonly", "-o", out,
		"cosmossdk.io/tools/cosmovisor/cmd/cosmovisor")
	if msg, err := cmd.CombinedOutput(); err != nil {
		tb.Logf("cosmovisor could not be built: %v\n%s", err, msg)
		return ""
	}
	return out
}
