package ops

import "golang.org/x/sys/cpu"

// gemmsFor lists every assembly kernel that this machine and this length admit.
func gemmsFor(k int) (out []namedGemm) {
	if k%vnniStep == 0 && cpu.X86.HasAVX512VNNI && cpu.X86.HasAVX512BW {
		out = append(out, namedGemm{"vnni", Gemm{rows: rowsVNNI, block: blockVNNI}}, namedGemm{"vnni rows", Gemm{rows: rowsVNNI}})
	}
	if k%avx2Step == 0 && cpu.X86.HasAVX2 {
		out = append(out, namedGemm{"avx2", Gemm{rows: rowsAVX2}})
	}
	return out
}
