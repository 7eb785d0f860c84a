package event

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	_ "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	_ "github.com/aichain/aichain/x/reward/types"
)

// eventTypes returns the Go type of every event of our modules.
func eventTypes(t *testing.T) map[string]reflect.Type {
	t.Helper()
	found := map[string]reflect.Type{}
	proto.HybridResolver.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "aichain.") {
			return true
		}
		for i := range f.Messages().Len() {
			name := string(f.Messages().Get(i).FullName())
			if strings.Contains(name, ".Event") {
				found[name] = proto.MessageType(name).Elem()
			}
		}
		return true
	})
	require.Greater(t, len(found), 20)
	return found
}

// TestEncodeIsWhatTheSDKEncodes fills every event of every module at random, unset, empty and full, and compares with
// the SDK's own encoding.
func TestEncodeIsWhatTheSDKEncodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, typ := range eventTypes(t) {
		t.Run(name, func(t *testing.T) {
			for range 200 {
				v := reflect.New(typ)
				for i := range typ.NumField() {
					fill(rng, v.Elem().Field(i))
				}
				msg := v.Interface().(proto.Message)
				want, err := sdk.TypedEventToEvent(msg)
				require.NoError(t, err)
				got, err := encode(msg)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
			require.Equal(t, !hasMessage(typ), planOf(nil, typ).isPlain, "only messages in messages go the slow way")
		})
	}
}

// hasMessage tells whether a message has others in it.
func hasMessage(typ reflect.Type) bool {
	for i := range typ.NumField() {
		if typ.Field(i).Type.Kind() == reflect.Struct {
			return true
		}
	}
	return false
}

// TestEncodeFallsBack shows that a message with fields of other kinds is left to the SDK.
func TestEncodeFallsBack(t *testing.T) {
	msg := &computetypes.MsgPostTask{Requester: "r", Inputs: []computetypes.TaskInput{{Tokens: []uint32{1}}}}
	want, err := sdk.TypedEventToEvent(msg)
	require.NoError(t, err)
	got, err := encode(msg)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = encode((*computetypes.MsgPostTask)(nil))
	require.Error(t, err)
}

var strs = []string{"", "aic1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9", "a<b>&c", "\"quoted\\", "ünïcode\u2028", "\x00\xff", "~ "}

func fill(rng *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strs[rng.IntN(len(strs))])
	case reflect.Uint32:
		v.SetUint(uint64(rng.Uint32() >> rng.IntN(32)))
	case reflect.Uint64:
		v.SetUint(rng.Uint64() >> rng.IntN(64))
	case reflect.Int32:
		v.SetInt(int64(rng.IntN(90) - 2))
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	case reflect.Slice:
		if n := rng.IntN(4); n > 0 { // 0 leaves it unset, 1 makes it empty
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
		}
		for i := range v.Len() {
			if v.Type().Elem().Kind() == reflect.Uint8 {
				v.Index(i).SetUint(uint64(rng.IntN(256)))
				continue
			}
			fill(rng, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(rng, v.Field(i))
		}
	default:
		panic("a kind of field that no event had when this was written: " + v.Kind().String())
	}
}

func BenchmarkEncode(b *testing.B) {
	msg := &attesttypes.EventVerdict{TaskId: 12345, Verdict: attesttypes.VERDICT_AGREED, ResultRoot: make([]byte, 32)}
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encode(msg); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sdk.TypedEventToEvent(msg); err != nil {
				b.Fatal(err)
			}
		}
	})
}
