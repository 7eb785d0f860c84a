package kit

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// errorFiles are where the typed errors of the chain are registered, by codespace.
var errorFiles = map[string]string{
	"compute": "x/compute/types/errors.go", "attest": "x/attest/types/errors.go",
	"reward": "x/reward/types/errors.go", "beacon": "x/beacon/types/errors.go", "aichain-ante": "app/ante/errors.go",
}

// sdkErrors are the SDK's errors that scripts meet.
var sdkErrors = map[uint32]string{
	4: "ErrUnauthorized", 5: "ErrInsufficientFunds", 7: "ErrInvalidAddress", 8: "ErrInvalidPubKey", 9: "ErrUnknownAddress",
	10: "ErrInvalidCoins", 11: "ErrOutOfGas", 13: "ErrInsufficientFee", 14: "ErrTooManySignatures", 15: "ErrNoSignatures",
	18: "ErrInvalidRequest", 21: "ErrTxTooLarge", 32: "ErrWrongSequence",
}

var registered = regexp.MustCompile(`(?m)^\t(Err\w+)\s*=\s*errorsmod\.Register(?:WithGRPCCode)?\(\w+, (\d+),`)

var errorNames = sync.OnceValues(func() (map[string]string, error) {
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..")
	names := map[string]string{}
	for space, path := range errorFiles {
		src, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return nil, err
		}
		for _, m := range registered.FindAllStringSubmatch(string(src), -1) {
			code, err := strconv.ParseUint(m[2], 10, 32)
			if err != nil {
				return nil, err
			}
			names[fmt.Sprintf("%s/%d", space, code)] = m[1]
		}
	}
	return names, nil
})

// ErrorName gives the name in the source of a registered error, such as compute.ErrUnknownModel.
func ErrorName(tb testing.TB, codespace string, code uint32) string {
	tb.Helper()
	names, err := errorNames()
	if err != nil {
		tb.Fatal(err)
	}
	if name, ok := names[fmt.Sprintf("%s/%d", codespace, code)]; ok {
		return codespace + "." + name
	}
	if name, ok := sdkErrors[code]; ok && codespace == "sdk" {
		return "sdk." + name
	}
	return fmt.Sprintf("%s/%d", codespace, code)
}
