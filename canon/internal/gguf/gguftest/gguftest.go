// Package gguftest writes small GGUF files for tests.
package gguftest

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
)

// Types of tensor data, numbered as in GGUF.
const (
	F32  = 0
	F16  = 1
	Q8_0 = 8
)

// KV is one metadata value: uint32, float32, string, bool, []string or []int32.
type KV struct {
	Key   string
	Value any
}

// Tensor is a matrix, or a vector when Rows is 0. Data is stored as Type says; what
// F16 and Q8_0 cannot hold is rounded.
type Tensor struct {
	Name       string
	Rows, Cols int
	Type       uint32
	Data       []float32
}

var le = binary.LittleEndian

// Write writes a file.
func Write(path string, meta []KV, tensors []Tensor) error {
	b := le.AppendUint64(le.AppendUint64(le.AppendUint32([]byte("GGUF"), 3), uint64(len(tensors))), uint64(len(meta)))
	for _, kv := range meta {
		b = value(text(b, kv.Key), kv.Value)
	}
	var data []byte
	for _, t := range tensors {
		b = text(b, t.Name)
		if t.Rows == 0 {
			b = le.AppendUint64(le.AppendUint32(b, 1), uint64(t.Cols))
		} else {
			b = le.AppendUint64(le.AppendUint64(le.AppendUint32(b, 2), uint64(t.Cols)), uint64(t.Rows))
		}
		b = le.AppendUint64(le.AppendUint32(b, t.Type), uint64(len(data)))
		data = pad(encode(data, t))
	}
	return os.WriteFile(path, append(pad(b), data...), 0o600)
}

func pad(b []byte) []byte { return append(b, make([]byte, (32-len(b)%32)%32)...) }

func text(b []byte, s string) []byte { return append(le.AppendUint64(b, uint64(len(s))), s...) }

func value(b []byte, v any) []byte {
	switch v := v.(type) {
	case uint32:
		return le.AppendUint32(le.AppendUint32(b, 4), v)
	case float32:
		return le.AppendUint32(le.AppendUint32(b, 6), math.Float32bits(v))
	case bool:
		flag := byte(0)
		if v {
			flag = 1
		}
		return append(le.AppendUint32(b, 7), flag)
	case string:
		return text(le.AppendUint32(b, 8), v)
	case []string:
		b = le.AppendUint64(le.AppendUint32(le.AppendUint32(b, 9), 8), uint64(len(v)))
		for _, s := range v {
			b = text(b, s)
		}
		return b
	case []int32:
		b = le.AppendUint64(le.AppendUint32(le.AppendUint32(b, 9), 5), uint64(len(v)))
		for _, n := range v {
			b = le.AppendUint32(b, uint32(n))
		}
		return b
	}
	panic(fmt.Sprintf("gguftest: metadata of type %T", v))
}

func encode(b []byte, t Tensor) []byte {
	switch t.Type {
	case F32:
		for _, v := range t.Data {
			b = le.AppendUint32(b, math.Float32bits(v))
		}
	case F16:
		for _, v := range t.Data {
			b = le.AppendUint16(b, toHalf(v))
		}
	case Q8_0:
		for i := 0; i < len(t.Data); i += 32 {
			b = block(b, t.Data[i:i+32])
		}
	}
	return b
}

func block(b []byte, x []float32) []byte {
	var top float64
	for _, v := range x {
		top = max(top, math.Abs(float64(v)))
	}
	scale := toHalf(float32(top / 127))
	b = le.AppendUint16(b, scale)
	for _, v := range x {
		q := 0.0
		if top > 0 {
			q = math.Round(float64(v) / top * 127)
		}
		b = append(b, byte(int8(q)))
	}
	return b
}

// toHalf rounds towards zero and takes what is too small for a normal half as zero.
func toHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign, exp := uint16(bits>>16)&0x8000, int(bits>>23&255)-112
	if exp <= 0 {
		return sign
	}
	return sign | uint16(exp)<<10 | uint16(bits>>13&1023)
}
