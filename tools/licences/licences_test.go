package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDependenciesAreAllowed is the check itself, over this tree. It reads go.mod and go.sum so that a cached pass does not
// outlive a new dependency.
func TestDependenciesAreAllowed(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, file := range []string{"go.mod", "go.sum"} {
		_, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
	}
	rules, err := readAllowed("allowed.txt")
	require.NoError(t, err)
	deps, err := collect(root, buildTags, rules)
	require.NoError(t, err)
	require.Greater(t, len(deps), 150, "the chain has some two hundred dependencies")
	require.Empty(t, append(problemsOf(deps), rules.unused()...))
}

const gplNotice = `This program is free software: you can redistribute it and/or modify it under the terms of the GNU General
Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later
version.`

const busl = `Business Source License 1.1. The Licensor hereby grants you the right to copy, modify, create derivative works,
redistribute, and make non-production use of the Licensed Work. Change Date: 2030-01-01. Change License: Apache License 2.0.`

const evaluation = `Source Available Evaluation License. Subject to these terms you may evaluate the software in a
non-production environment. The licence is revocable.`

const isc = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby
granted, provided that the above copyright notice and this permission notice appear in all copies. THE SOFTWARE IS PROVIDED
"AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL
DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`

// TestGoLicences plants a module and looks at what is said of it.
func TestGoLicences(t *testing.T) {
	cases := map[string]struct {
		files map[string]string // below the module's root; the package is at pkg/
		path  string            // import path of the package, m/pkg unless said
		hasC  bool
		want  string // part of the problem, "" for none
	}{
		"a permissive licence passes":        {files: map[string]string{"LICENSE": isc}},
		"a GPL notice fails":                 {files: map[string]string{"COPYING": gplNotice}, want: "GPL-3.0"},
		"a BUSL text fails":                  {files: map[string]string{"LICENSE.md": busl}, want: "unknown"},
		"a source-available text fails":      {files: map[string]string{"LICENCE.txt": evaluation}, want: "unknown"},
		"no text fails":                      {files: map[string]string{"LICENSE.go": isc}, want: "no licence file"},
		"copied code under another one":      {files: map[string]string{"LICENSE": isc, "pkg/LICENSE": gplNotice}, want: "GPL-3.0"},
		"two licences in one text":           {files: map[string]string{"LICENSE": isc + "\n\n" + gplNotice}, want: "GPL-3.0"},
		"C code below the package answers":   {files: map[string]string{"LICENSE": isc, "pkg/c/COPYING": gplNotice}, hasC: true, want: "GPL-3.0"},
		"a folder that is not linked may be": {files: map[string]string{"LICENSE": isc, "other/LICENSE": gplNotice}},
		"a refused path": {
			files: map[string]string{"LICENSE": isc}, path: "github.com/cosmos/cosmos-sdk/enterprise/poa/x/poa", want: "is refused",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, os.MkdirAll(filepath.Join(root, "pkg"), 0o755))
			for file, text := range c.files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(text), 0o600))
			}
			p := goPackage{ImportPath: "m/pkg", Dir: filepath.Join(root, "pkg"), Module: &goModule{Path: "m", Dir: root}}
			if c.path != "" {
				p.ImportPath = c.path
			}
			if c.hasC {
				p.CgoFiles = []string{"c.go"}
			}
			rules, err := readAllowed("allowed.txt")
			require.NoError(t, err)
			found := map[string]*dependency{}
			require.NoError(t, addPackages(found, []goPackage{p}, "binary", rules))
			expectProblem(t, c.want, problemsOf(judged(found, rules)))
		})
	}
}

// TestNpmLicences plants a lock file.
func TestNpmLicences(t *testing.T) {
	for license, want := range map[string]string{
		"MIT":                         "",
		"(Apache-2.0 AND MIT)":        "",
		"GPL-3.0-only OR MIT":         "",
		"MIT AND GPL-3.0-only":        "not allowed",
		"SEE LICENSE IN LICENSE":      "not allowed",
		"":                            "not allowed",
		"(MIT AND (ISC OR AGPL-3.0))": "not allowed",
	} {
		file := filepath.Join(t.TempDir(), "package-lock.json")
		text := `{"packages":{"":{"license":"X"},"node_modules/a/node_modules/@b/c":{"version":"1.0.0","license":"` + license + `"}}}`
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		rules, err := readAllowed("allowed.txt")
		require.NoError(t, err)
		deps, err := npmLock(file, rules)
		require.NoError(t, err)
		require.Len(t, deps, 1)
		require.Equal(t, "@b/c", deps[0].name)
		expectProblem(t, want, problemsOf(deps))
	}
}

// TestNoticesTellEachTextOnce, for what is linked and with the names of all who have it.
func TestNoticesTellEachTextOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		return filepath.Join(dir, name)
	}
	deps := []dependency{
		{name: "a", version: "v1", use: "binary", files: []string{write("1", "shared\n")}},
		{name: "b", version: "v2", use: "binary", files: []string{write("2", "shared"), write("NOTICE", "made by b")}},
		{name: "c", version: "v3", use: "test", files: []string{write("3", "not handed on")}},
	}
	require.NoError(t, writeNotices(filepath.Join(dir, "out"), deps))
	got, err := os.ReadFile(filepath.Join(dir, "out"))
	require.NoError(t, err)
	line := strings.Repeat("=", 80)
	require.Contains(t, string(got), "\n"+line+"\na v1\nb v2\n\nshared\n\n"+line+"\nb v2\n\nmade by b\n")
	require.NotContains(t, string(got), "not handed on")
}

// TestAllowListIsRead refuses lines that say too little and tells what nothing needs.
func TestAllowListIsRead(t *testing.T) {
	for _, line := range []string{"licence MIT", "text 00 MIT", "licens MIT because", "npm a MIT", "refuse a/b"} {
		file := filepath.Join(t.TempDir(), "allowed.txt")
		require.NoError(t, os.WriteFile(file, []byte("# a comment\n"+line+"\n"), 0o600))
		_, err := readAllowed(file)
		require.ErrorContains(t, err, "allowed.txt:2", line)
	}
	file := filepath.Join(t.TempDir(), "allowed.txt")
	require.NoError(t, os.WriteFile(file, []byte("licence MIT permissive\nlicence ISC permissive\n"), 0o600))
	rules, err := readAllowed(file)
	require.NoError(t, err)
	require.True(t, rules.allows("MIT"))
	require.Equal(t, []string{"allowed.txt: nothing needs ISC: remove it"}, rules.unused())
}

func expectProblem(t *testing.T, want string, got []string) {
	t.Helper()
	if want == "" {
		require.Empty(t, got)
		return
	}
	require.Contains(t, strings.Join(got, "\n"), want)
}
