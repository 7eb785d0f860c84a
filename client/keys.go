package client

import (
	"errors"
	"fmt"
	"io"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// keyringName is the service name under which the system's keyrings file our keys; aichaind uses the same.
const keyringName = "aichain"

// OpenKeyring opens a keyring. backend is one of os, file, test, memory, kwallet, pass; dir is where file and
// test keep their files; in answers passphrase questions of the file backend.
func OpenKeyring(backend, dir string, in io.Reader) (keyring.Keyring, error) {
	enc, err := newEncoding()
	if err != nil {
		return nil, err
	}
	kr, err := keyring.New(keyringName, backend, dir, in, enc.cdc)
	if err != nil {
		return nil, &Error{
			Op: fmt.Sprintf("open the %s keyring in %s", backend, dir), Err: err,
			Next: "choose one of the backends os, file, test, memory",
		}
	}
	return kr, nil
}

// KeyAddress returns the address of a named key; ErrNoKey when the keyring has none of that name.
func KeyAddress(kr keyring.Keyring, name string) (string, error) {
	rec, err := kr.Key(name)
	if err != nil {
		if !errors.Is(err, sdkerrors.ErrKeyNotFound) {
			return "", &Error{Op: "open key " + name, Err: err}
		}
		return "", &Error{Op: "open key " + name, Err: fmt.Errorf("%w: %q", ErrNoKey, name), Next: keyHint(kr)}
	}
	addr, err := rec.GetAddress()
	if err != nil {
		return "", &Error{Op: "read key " + name, Err: err}
	}
	return AddressText(addr)
}

// keyHint lists what the keyring has instead.
func keyHint(kr keyring.Keyring) string {
	recs, err := kr.List()
	if err != nil || len(recs) == 0 {
		return "the keyring is empty: create a key first, for example with `aichaind keys add NAME`"
	}
	hint := "the keyring has"
	for _, r := range recs {
		hint += " " + r.Name
	}
	return hint
}

// NewKey creates a key and returns its address and the words that restore it.
func NewKey(kr keyring.Keyring, name string) (addr, mnemonic string, err error) {
	_, mnemonic, err = kr.NewMnemonic(name, keyring.English, sdk.FullFundraiserPath, keyring.DefaultBIP39Passphrase, hd.Secp256k1)
	if err != nil {
		return "", "", &Error{Op: "create key " + name, Err: err}
	}
	addr, err = KeyAddress(kr, name)
	return addr, mnemonic, err
}

// RestoreKey creates a key from its words and returns its address.
func RestoreKey(kr keyring.Keyring, name, mnemonic string) (string, error) {
	if _, err := kr.NewAccount(name, mnemonic, keyring.DefaultBIP39Passphrase, sdk.FullFundraiserPath, hd.Secp256k1); err != nil {
		return "", &Error{Op: "restore key " + name, Err: err, Next: "check the words and their order"}
	}
	return KeyAddress(kr, name)
}
