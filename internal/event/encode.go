package event

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// field is one attribute of a type of event.
type field struct {
	name  string
	index int
	write func(b []byte, v reflect.Value) []byte
}

// plan is how a type of event is encoded. fields are sorted by name; nil fields with isPlain false leave the type to
// the SDK.
type plan struct {
	name    string
	fields  []field
	isPlain bool
}

// plans, reflect.Type of the struct → *plan: computed once a type, the same on every node.
var plans sync.Map

// encode returns what sdk.TypedEventToEvent returns.
func encode(msg proto.Message) (sdk.Event, error) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return sdk.TypedEventToEvent(msg)
	}
	v = v.Elem()
	p := planOf(msg, v.Type())
	if !p.isPlain {
		return sdk.TypedEventToEvent(msg)
	}
	attrs := make([]abci.EventAttribute, len(p.fields))
	var scratch [512]byte
	for i, f := range p.fields {
		attrs[i] = abci.EventAttribute{Key: f.name, Value: string(f.write(scratch[:0], v.Field(f.index)))}
	}
	return sdk.Event{Type: p.name, Attributes: attrs}, nil
}

func planOf(msg proto.Message, t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := newPlan(msg, t)
	plans.Store(t, p)
	return p
}

func newPlan(msg proto.Message, t reflect.Type) *plan {
	p := &plan{name: proto.MessageName(msg)}
	if t.Kind() != reflect.Struct {
		return p
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("protobuf")
		write := writerOf(f.Type)
		if tag == "" || strings.Contains(tag, "customtype") || write == nil {
			return p
		}
		p.fields = append(p.fields, field{name: nameIn(tag), index: i, write: write})
	}
	sort.Slice(p.fields, func(i, j int) bool { return p.fields[i].name < p.fields[j].name })
	p.isPlain = true
	return p
}

// nameIn reads the field's name from a tag such as "varint,1,opt,name=task_id,json=taskId,proto3".
func nameIn(tag string) string {
	for part := range strings.SplitSeq(tag, ",") {
		if name, ok := strings.CutPrefix(part, "name="); ok {
			return name
		}
	}
	return ""
}

var stringer = reflect.TypeFor[fmt.Stringer]()

// writerOf returns how values of a Go type are written, nil for a kind that no event of ours has.
func writerOf(t reflect.Type) func([]byte, reflect.Value) []byte {
	switch {
	case t.Kind() == reflect.Int32 && t.Implements(stringer):
		return writeEnum
	case t.PkgPath() != "": // any other named type may have its own JSON
		return nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return writeBytes
	case t.Kind() == reflect.Slice:
		return listOf(writerOf(t.Elem()))
	}
	switch t.Kind() {
	case reflect.String:
		return writeString
	case reflect.Bool:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.Uint32:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendUint(b, v.Uint(), 10) }
	case reflect.Uint64: // quoted, as in all JSON of protobuf
		return func(b []byte, v reflect.Value) []byte {
			return append(strconv.AppendUint(append(b, '"'), v.Uint(), 10), '"')
		}
	default:
		return nil
	}
}

// listOf writes a repeated field; nil if its elements cannot be written.
func listOf(write func([]byte, reflect.Value) []byte) func([]byte, reflect.Value) []byte {
	if write == nil {
		return nil
	}
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = write(b, v.Index(i))
		}
		return append(b, ']')
	}
}

// writeEnum writes the name of a value in quotes, or its bare number if it has no name.
func writeEnum(b []byte, v reflect.Value) []byte {
	name := v.Interface().(fmt.Stringer).String()
	if name == strconv.FormatInt(v.Int(), 10) {
		return append(b, name...)
	}
	return append(append(append(b, '"'), name...), '"')
}

// writeBytes writes base64, and null for bytes that were never set.
func writeBytes(b []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(b, "null"...)
	}
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), v.Bytes()), '"')
}

// writeString writes a JSON string with the escapes of encoding/json.
func writeString(b []byte, v reflect.Value) []byte {
	s := v.String()
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string always marshals
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
