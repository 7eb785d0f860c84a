package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/aichain/aichain/tests/sim"
)

// maxMessage bounds one request of a tape; the genesis is the largest, some 100 KB.
const maxMessage = 16 << 20

// write puts a recording into a file: InitChain's request, then those of the blocks, each behind its length, compressed.
func write(path string, r *sim.Recording) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression) // no name and no time: the same run is the same file
	if err != nil {
		return err
	}
	if err := put(z, r.Init); err != nil {
		return err
	}
	for _, b := range r.Blocks {
		if err := put(z, b); err != nil {
			return err
		}
	}
	return z.Close()
}

func put(w io.Writer, msg proto.Message) error {
	bz, err := proto.Marshal(msg)
	if err != nil {
		return err
	}
	_, err = w.Write(append(binary.AppendUvarint(nil, uint64(len(bz))), bz...))
	return err
}

// read returns what write wrote.
func read(path string) (r *sim.Recording, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(z)
	r = &sim.Recording{Init: new(abci.RequestInitChain)}
	if err := get(in, r.Init); err != nil {
		return nil, err
	}
	for {
		b := new(abci.RequestFinalizeBlock)
		switch err := get(in, b); {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return nil, fmt.Errorf("block %d: %w", len(r.Blocks)+1, err)
		}
		r.Blocks = append(r.Blocks, b)
	}
}

// get returns io.EOF at the end and io.ErrUnexpectedEOF inside a message.
func get(in *bufio.Reader, msg proto.Message) error {
	size, err := binary.ReadUvarint(in)
	if err != nil {
		return err
	}
	if size > maxMessage {
		return fmt.Errorf("expected at most %d bytes, got %d", maxMessage, size)
	}
	bz := make([]byte, size)
	if n, err := io.ReadFull(in, bz); err != nil {
		return fmt.Errorf("after %d of %d bytes: %w", n, size, io.ErrUnexpectedEOF)
	}
	return proto.Unmarshal(bz, msg)
}
