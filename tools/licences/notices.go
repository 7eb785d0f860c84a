package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// writeNotices writes the licences and notices of all that is linked into our binaries: most licences want them handed on
// with a binary. A text that several modules share stands once, under all their names. The same tree gives the same bytes.
func writeNotices(file string, deps []dependency) error {
	names := map[string][]string{} // text → who has it
	var texts []string             // in the order of their first owner
	for _, d := range deps {
		if d.use != "binary" {
			continue
		}
		for _, f := range d.files {
			text, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			key := strings.TrimSpace(string(text))
			if _, ok := names[key]; !ok {
				texts = append(texts, key)
			}
			if owner := d.name + " " + d.version; len(names[key]) == 0 || names[key][len(names[key])-1] != owner {
				names[key] = append(names[key], owner)
			}
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "aichaind and aiworker contain the following software under its licences.\n")
	for _, text := range texts {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(names[text], "\n"), text)
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}
