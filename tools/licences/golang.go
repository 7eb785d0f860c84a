package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// buildTags are those of the Makefile.
const buildTags = "libsecp256k1_sdk,pebbledb"

// licenceFile is how a file with a licence is called.
var licenceFile = regexp.MustCompile(`(?i)^((un)?licen[cs]es?|copying|copyright)([-._].*)?$`)

// noticeFile is how a file is called that the Apache licence wants handed on with the binary.
var noticeFile = regexp.MustCompile(`(?i)^notice([-._].*)?$`)

// notText are endings of files that are called like a licence and hold something else.
var notText = []string{".go", ".json", ".csv", ".py", ".sh", ".yml", ".yaml", ".tmpl", ".header"}

// goModule is what go list tells about a module.
type goModule struct {
	Path, Version, Dir string
	Main               bool
	Replace            *goModule
}

// goPackage is what go list tells about a package.
type goPackage struct {
	ImportPath, Dir string
	Standard        bool
	Module          *goModule
	CgoFiles        []string
}

// goDependencies returns the modules outside the standard library that our binaries or tests use, sorted by path.
func goDependencies(root, tags string, rules *allowed) ([]dependency, error) {
	found := map[string]*dependency{}
	if err := addStandardLibrary(found, rules); err != nil {
		return nil, err
	}
	for _, arch := range []string{"amd64", "arm64"} {
		linked, err := listPackages(root, arch, "-tags", tags, "./cmd/...")
		if err != nil {
			return nil, err
		}
		if err := addPackages(found, linked, "binary", rules); err != nil {
			return nil, err
		}
	}
	all, err := listPackages(root, "amd64", "-test", "-tags", tags, "./...")
	if err != nil {
		return nil, err
	}
	if err := addPackages(found, all, "test", rules); err != nil {
		return nil, err
	}
	return judged(found, rules), nil
}

// addStandardLibrary notes the licence of Go's own packages, which every binary contains.
func addStandardLibrary(found map[string]*dependency, rules *allowed) error {
	out, err := exec.Command("go", "env", "GOVERSION", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	version, goroot, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	d := &dependency{name: "go", version: version, use: "binary"}
	found[d.name] = d
	return d.read(filepath.Join(goroot, "LICENSE"), rules)
}

// listPackages runs go list -deps for linux on one architecture, with cgo as our releases have it.
func listPackages(root, arch string, args ...string) ([]goPackage, error) {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Dir,Standard,Module,CgoFiles"}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=1")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, complaint.String())
	}
	var packages []goPackage
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// addPackages notes for each package's module what its licence files say. A module that is known keeps its use.
func addPackages(found map[string]*dependency, packages []goPackage, use string, rules *allowed) error {
	for _, p := range packages {
		if p.Standard || p.Module == nil || p.Module.Main || p.Dir == "" {
			continue
		}
		m := p.Module
		if m.Replace != nil {
			m = m.Replace
		}
		d := found[m.Path]
		if d == nil {
			d = &dependency{name: m.Path, version: m.Version, use: use}
			found[m.Path] = d
		}
		if reason := rules.refuses(p.ImportPath); reason != "" {
			d.problems = append(d.problems, reason)
		}
		files, err := licenceFiles(p.Dir, m.Dir, len(p.CgoFiles) > 0)
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := d.read(file, rules); err != nil {
				return err
			}
		}
	}
	return nil
}

// read adds what a licence file says, and keeps a notice for whom we hand the binary to.
func (d *dependency) read(file string, rules *allowed) error {
	if slices.Contains(d.files, file) {
		return nil
	}
	d.files = append(d.files, file)
	if noticeFile.MatchString(filepath.Base(file)) {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, id := range rules.read(text) {
		d.note(id, file)
	}
	return nil
}

// note adds a licence once; an unknown one is a problem at once, because only here its file is known.
func (d *dependency) note(id, file string) {
	if id == unknown {
		if p := "unknown licence: read " + file; !slices.Contains(d.problems, p) {
			d.problems = append(d.problems, p)
		}
	}
	if !slices.Contains(d.licences, id) {
		d.licences = append(d.licences, id)
	}
}

// licenceFiles are those with licences and notices between a package's folder and its module's, and with C code those below the package too.
func licenceFiles(dir, module string, hasC bool) ([]string, error) {
	var out []string
	if hasC {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && filepath.Dir(path) != dir && isLicence(e) {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if isLicence(e) {
				out = append(out, filepath.Join(dir, e.Name()))
			}
		}
		if dir == module || len(dir) <= len(module) {
			return out, nil
		}
		dir = filepath.Dir(dir)
	}
}

// isLicence says whether a file is called like a licence or a notice.
func isLicence(e fs.DirEntry) bool {
	return e.Type().IsRegular() && (licenceFile.MatchString(e.Name()) || noticeFile.MatchString(e.Name())) &&
		!slices.Contains(notText, strings.ToLower(filepath.Ext(e.Name())))
}

// judged adds the problems of the licences and returns the dependencies sorted by name.
func judged(found map[string]*dependency, rules *allowed) []dependency {
	var out []dependency
	for _, name := range slices.Sorted(maps.Keys(found)) {
		d := found[name]
		slices.Sort(d.licences)
		if len(d.licences) == 0 {
			d.licences = []string{unknown}
			d.problems = append(d.problems, "no licence file")
		}
		for _, id := range d.licences {
			if id != unknown && !rules.allows(id) {
				d.problems = append(d.problems, "licence "+id+" is not on the allow-list")
			}
		}
		out = append(out, *d)
	}
	return out
}
