package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// minCoverage is the part of a text that must be known, in percent, before its licence counts as recognised; pkg.go.dev
// takes the same. The rest is names and years.
const minCoverage = 75

// unknown stands for a licence whose text was not recognised.
const unknown = "unknown"

// allowed is the allow-list. A text is identified by the SHA-256 of its file, so that a changed text is unknown again.
type allowed struct {
	licences map[string]string   // SPDX identifier → reason
	texts    map[string][]string // SHA-256 of a licence file in hex → SPDX identifiers
	packages map[string]string   // npm package without a licence field → SPDX identifier
	refused  map[string]string   // prefix of import paths → reason
	used     map[string]bool     // entries that something needed
	scanned  map[string][]string // what the program recognised in a text, by SHA-256: most packages share a few files
}

// readAllowed reads lines of KIND KEY [LICENCE] REASON; see allowed.txt. Every entry needs a reason.
func readAllowed(file string) (*allowed, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	a := &allowed{
		licences: map[string]string{}, texts: map[string][]string{}, packages: map[string]string{},
		refused: map[string]string{}, used: map[string]bool{}, scanned: map[string][]string{},
	}
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if err := a.add(fields); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return a, nil
}

func (a *allowed) add(fields []string) error {
	need := map[string]int{"licence": 3, "refuse": 3, "text": 4, "npm": 4}[fields[0]]
	if need == 0 {
		return fmt.Errorf("expected licence, text, npm or refuse, got %q", fields[0])
	}
	if len(fields) < need {
		return fmt.Errorf("%s: expected a reason", fields[0])
	}
	key, reason := fields[1], strings.Join(fields[2:], " ")
	switch fields[0] {
	case "licence":
		a.licences[key] = reason
	case "refuse":
		a.refused[key] = reason
	case "text":
		a.texts[key] = strings.Split(fields[2], "+")
	case "npm":
		a.packages[key] = fields[2]
	}
	return nil
}

// read returns the SPDX identifiers of a licence file's text, sorted, or unknown alone.
func (a *allowed) read(text []byte) []string {
	sum := sha256.Sum256(text)
	key := hex.EncodeToString(sum[:])
	if ids, ok := a.texts[key]; ok {
		a.used[key] = true
		return ids
	}
	if _, ok := a.scanned[key]; !ok {
		a.scanned[key] = recognise(text)
	}
	return a.scanned[key]
}

// recognise returns the SPDX identifiers that licensecheck finds in a text, sorted, or unknown alone.
func recognise(text []byte) []string {
	found := licensecheck.Scan(text)
	if found.Percent < minCoverage || len(found.Match) == 0 {
		return []string{unknown}
	}
	var ids []string
	for _, m := range found.Match {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// allows says whether a licence is on the list.
func (a *allowed) allows(id string) bool {
	_, ok := a.licences[id]
	if ok {
		a.used[id] = true
	}
	return ok
}

// refuses returns why a package must not be used whatever its licence says, or "".
func (a *allowed) refuses(path string) string {
	for prefix, reason := range a.refused {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return prefix + " is refused: " + reason
		}
	}
	return ""
}

// unused lists the entries that nothing needs any more, sorted: a list that only grows allows what nobody asked for.
func (a *allowed) unused() []string {
	var out []string
	for key := range a.licences {
		out = append(out, a.unusedKey(key)...)
	}
	for key := range a.texts {
		out = append(out, a.unusedKey(key)...)
	}
	for key := range a.packages {
		out = append(out, a.unusedKey(key)...)
	}
	slices.Sort(out)
	return out
}

func (a *allowed) unusedKey(key string) []string {
	if a.used[key] {
		return nil
	}
	return []string{"allowed.txt: nothing needs " + key + ": remove it"}
}
