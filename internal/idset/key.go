package idset

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
)

// keyBytes is the length of a word's key: group, height, number of the word.
const keyBytes = 2 + 8 + 8

// wordKey encodes the key of a word. It is a struct and not a triple of the collections library, whose parts are
// pointers: each key would be three allocations more.
type wordKey struct{}

// Encode implements codec.KeyCodec.
func (wordKey) Encode(b []byte, key At) (int, error) {
	binary.BigEndian.PutUint16(b, key.Group)
	binary.BigEndian.PutUint64(b[2:], key.Height)
	binary.BigEndian.PutUint64(b[10:], key.ID)
	return keyBytes, nil
}

// Decode implements codec.KeyCodec.
func (wordKey) Decode(b []byte) (int, At, error) {
	if len(b) < keyBytes {
		return 0, At{}, errorsmod.Wrapf(collections.ErrEncoding, "expected %d bytes, got %d", keyBytes, len(b))
	}
	return keyBytes, At{
		Group: binary.BigEndian.Uint16(b), Height: binary.BigEndian.Uint64(b[2:]), ID: binary.BigEndian.Uint64(b[10:]),
	}, nil
}

// Size implements codec.KeyCodec.
func (wordKey) Size(At) int { return keyBytes }

// EncodeJSON implements codec.KeyCodec.
func (wordKey) EncodeJSON(key At) ([]byte, error) { return json.Marshal(key) }

// DecodeJSON implements codec.KeyCodec.
func (wordKey) DecodeJSON(b []byte) (key At, err error) {
	err = json.Unmarshal(b, &key)
	return key, err
}

// Stringify implements codec.KeyCodec.
func (wordKey) Stringify(key At) string {
	return fmt.Sprintf("(group %d, height %d, ids from %d)", key.Group, key.Height, key.ID*wordIDs)
}

// KeyType implements codec.KeyCodec.
func (wordKey) KeyType() string { return "idset.word" }

// EncodeNonTerminal implements codec.KeyCodec.
func (k wordKey) EncodeNonTerminal(b []byte, key At) (int, error) { return k.Encode(b, key) }

// DecodeNonTerminal implements codec.KeyCodec.
func (k wordKey) DecodeNonTerminal(b []byte) (int, At, error) { return k.Decode(b) }

// SizeNonTerminal implements codec.KeyCodec.
func (k wordKey) SizeNonTerminal(key At) int { return k.Size(key) }

// CursorBytes is the length of a cursor: height and id.
const CursorBytes = 8 + 8

// Cursor writes the place of an id within its group, for pages of a query.
func Cursor(at At) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, CursorBytes), at.Height)
	return binary.BigEndian.AppendUint64(b, at.ID)
}

// FromCursor reads what Cursor wrote; the first place of the group for no bytes. ok is false for any other length.
func FromCursor(group uint16, b []byte) (at At, ok bool) {
	switch len(b) {
	case 0:
		return At{Group: group}, true
	case CursorBytes:
		return At{Group: group, Height: binary.BigEndian.Uint64(b), ID: binary.BigEndian.Uint64(b[8:])}, true
	}
	return At{}, false
}
