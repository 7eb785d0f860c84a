package receipt

import (
	"bytes"
	"fmt"
)

// message is a generated protobuf message.
type message interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// unmarshal reads a protobuf message that was written in the one way in which the chain writes it. Unknown fields,
// which a later version may have, and everything else that would be lost are refused: what is not understood is not
// vouched for.
func unmarshal(kind error, part string, raw []byte, into message) error {
	if err := into.Unmarshal(raw); err != nil {
		return refuse(kind, part, "a protobuf message of its type", err.Error())
	}
	return canonical(kind, part, raw, into)
}

// canonical refuses raw bytes that are not exactly what the message is written as.
func canonical(kind error, part string, raw []byte, m message) error {
	again, err := m.Marshal()
	if err != nil {
		return refuse(kind, part, "a protobuf message of its type", err.Error())
	}
	if !bytes.Equal(again, raw) {
		return refuse(kind, part,
			fmt.Sprintf("a message as the chain writes it, without unknown fields: %d bytes", len(again)),
			fmt.Sprintf("%d bytes that say more, or the same otherwise", len(raw)))
	}
	return nil
}
