package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// dependency is one module or npm package and what it is licensed under.
type dependency struct {
	name, version string
	use           string   // binary, test, npm or npm dev
	licences      []string // SPDX identifiers, sorted; an npm package has one expression
	files         []string // of a Go module: its licences and notices, in the order in which they were found
	problems      []string // why it must not be used; empty for none
}

func main() {
	tags := flag.String("tags", buildTags, "build tags")
	allowedFile := flag.String("allowed", "tools/licences/allowed.txt", "the allow-list")
	notices := flag.String("notices", "", "write the licences and notices of what is linked into our binaries to this file")
	flag.Parse()
	if err := run(*tags, *allowedFile, *notices); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// run prints the table of the tree in the working directory and returns an error when anything is not allowed. It writes
// the notices unless their file is "".
func run(tags, allowedFile, notices string) error {
	rules, err := readAllowed(allowedFile)
	if err != nil {
		return err
	}
	deps, err := collect(".", tags, rules)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "DEPENDENCY\tVERSION\tUSED BY\tLICENCE")
	for _, d := range deps {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.name, d.version, d.use, strings.Join(d.licences, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	problems := append(problemsOf(deps), rules.unused()...)
	fmt.Printf("%d dependencies, %d problems\n", len(deps), len(problems))
	if len(problems) > 0 {
		return errors.New("\n  " + strings.Join(problems, "\n  "))
	}
	if notices == "" {
		return nil
	}
	return writeNotices(notices, deps)
}

// collect returns the dependencies of the tree at root, Go before npm, each sorted by name.
func collect(root, tags string, rules *allowed) ([]dependency, error) {
	deps, err := goDependencies(root, tags, rules)
	if err != nil {
		return nil, err
	}
	npm, err := npmDependencies(root, rules)
	return append(deps, npm...), err
}

// problemsOf lists what is wrong, one line each, in the order of the dependencies.
func problemsOf(deps []dependency) []string {
	var out []string
	for _, d := range deps {
		for _, p := range d.problems {
			out = append(out, fmt.Sprintf("%s %s (%s): %s", d.name, d.version, d.use, p))
		}
	}
	return out
}
