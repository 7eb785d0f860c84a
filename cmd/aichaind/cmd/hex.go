package cmd

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// hexModules are the modules whose queries print ids, roots and keys in hex.
var hexModules = []string{"attest", "beacon", "compute", "reward"}

// hexInText makes the text output of our modules' queries print bytes in hex, as flags, infer and the worker write
// them. The SDK's encoder knows base64 only, so what it printed is rewritten. JSON stays base64, as REST has it.
func hexInText(root *cobra.Command, files interface {
	RangeFiles(func(protoreflect.FileDescriptor) bool)
},
) {
	names := map[string]bool{}
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(f.Package()), "aichain.") {
			addBytesFields(names, f.Messages())
		}
		return true
	})
	for _, module := range hexModules {
		cmd, _, err := root.Find([]string{"query", module})
		if err != nil || cmd.Name() != module {
			panic("expected query commands of module " + module)
		}
		for _, query := range cmd.Commands() {
			rewriteOutput(query, names)
		}
	}
}

func addBytesFields(names map[string]bool, messages protoreflect.MessageDescriptors) {
	for i := range messages.Len() {
		fields := messages.Get(i).Fields()
		for j := range fields.Len() {
			if f := fields.Get(j); f.Kind() == protoreflect.BytesKind {
				names[string(f.Name())] = true
			}
		}
		addBytesFields(names, messages.Get(i).Messages())
	}
}

// rewriteOutput lets a query print into memory and passes it on in hex.
func rewriteOutput(query *cobra.Command, names map[string]bool) {
	run := query.RunE
	if run == nil {
		return
	}
	query.RunE = func(cmd *cobra.Command, args []string) error {
		var printed bytes.Buffer
		out := cmd.OutOrStdout()
		cmd.SetOut(&printed)
		defer cmd.SetOut(out)
		if err := run(cmd, args); err != nil {
			return err
		}
		_, err := out.Write([]byte(hexLines(printed.String(), names)))
		return err
	}
}

// yamlLine is a line of YAML with one scalar: "name: value", "- name: value" or "- value".
var yamlLine = regexp.MustCompile(`^( *(?:- )*)(?:([a-z_]+):(?: |$))?(\S*)$`)

// hexLines turns the base64 values of the named fields, and of lists under them, into hex. JSON has no such lines.
func hexLines(text string, names map[string]bool) string {
	lines := strings.Split(text, "\n")
	list := "" // the field whose list we are in
	for i, line := range lines {
		m := yamlLine.FindStringSubmatch(line)
		if m == nil {
			list = ""
			continue
		}
		name, value := m[2], strings.Trim(m[3], `"'`)
		if name == "" {
			name = list
		} else if list = ""; value == "" {
			list = name
		}
		if !names[name] || value == "" || value == "null" { // null would pass for base64
			continue
		}
		if raw, err := base64.StdEncoding.DecodeString(value); err == nil {
			lines[i] = strings.TrimSuffix(line, m[3]) + hex.EncodeToString(raw)
		}
	}
	return strings.Join(lines, "\n")
}
