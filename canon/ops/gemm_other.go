//go:build !amd64

package ops

func fastMix(int) Mix { return PortableMix() }

func fastGemm(int) Gemm { return PortableGemm() }
