package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// npmPackage is an entry of a package-lock.json.
type npmPackage struct {
	Version, License string
	Dev              bool
	Link             bool
}

// npmDependencies returns the packages of all lock files under clients/ and tools/, sorted by name within each.
func npmDependencies(root string, rules *allowed) ([]dependency, error) {
	var out []dependency
	for _, pattern := range []string{"clients/*/package-lock.json", "tools/*/package-lock.json"} {
		locks, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		for _, lock := range locks {
			deps, err := npmLock(lock, rules)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", lock, err)
			}
			out = append(out, deps...)
		}
	}
	return out, nil
}

func npmLock(file string, rules *allowed) ([]dependency, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lock struct{ Packages map[string]npmPackage }
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, err
	}
	var out []dependency
	for _, path := range slices.Sorted(maps.Keys(lock.Packages)) {
		p := lock.Packages[path]
		if path == "" || p.Link {
			continue
		}
		at := strings.LastIndex(path, "node_modules/")
		d := dependency{name: path[at+len("node_modules/"):], version: p.Version, use: "npm", licences: []string{p.License}}
		if p.Dev {
			d.use = "npm dev"
		}
		if known, ok := rules.packages[d.name]; ok && p.License == "" {
			rules.used[d.name] = true
			d.licences = []string{known}
		}
		if !rules.allowsExpression(d.licences[0]) {
			d.problems = append(d.problems, fmt.Sprintf("licence %q is not allowed", d.licences[0]))
		}
		out = append(out, d)
	}
	return out, nil
}

// allowsExpression judges an SPDX expression of one kind of operator: all of AND, any of OR. Others are not allowed.
func (a *allowed) allowsExpression(expr string) bool {
	expr = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(expr), "("), ")")
	if strings.ContainsAny(expr, "()") {
		return false
	}
	if parts := strings.Split(expr, " AND "); len(parts) > 1 {
		return !slices.ContainsFunc(parts, func(id string) bool { return !a.allows(id) })
	}
	return slices.ContainsFunc(strings.Split(expr, " OR "), a.allows)
}
