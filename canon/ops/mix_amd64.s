#include "textflag.h"

// func dotsAVX2(dst *int64, query, keys *int16, d, n int)
// Pairs of products fit an int32 because mantissas stay within +-32767; they are
// widened before anything more is added.
TEXT ·dotsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ query+8(FP), SI
	MOVQ keys+16(FP), DX
	MOVQ d+24(FP), CX
	MOVQ n+32(FP), R8
	SHLQ $1, CX              // bytes of a head

key:
	VPXOR Y0, Y0, Y0
	XORQ  R9, R9

step:
	VMOVDQU      (SI)(R9*1), Y1
	VPMADDWD     (DX)(R9*1), Y1, Y1
	VPMOVSXDQ    X1, Y2
	VEXTRACTI128 $1, Y1, X1
	VPMOVSXDQ    X1, Y3
	VPADDQ       Y2, Y0, Y0
	VPADDQ       Y3, Y0, Y0
	ADDQ         $32, R9
	CMPQ         R9, CX
	JLT          step

	VEXTRACTI128 $1, Y0, X1
	VPADDQ       X1, X0, X0
	VPSHUFD      $0x4E, X0, X1
	VPADDQ       X1, X0, X0
	VMOVQ        X0, (DI)
	ADDQ         $8, DI
	ADDQ         CX, DX
	DECQ         R8
	JNZ          key
	VZEROUPPER
	RET

// func weighAVX2(acc *int64, values *int16, weights *int32, d, n int)
// Sixteen columns at a time stay in registers while all positions pass.
TEXT ·weighAVX2(SB), NOSPLIT, $0-40
	MOVQ acc+0(FP), DI
	MOVQ values+8(FP), SI
	MOVQ weights+16(FP), DX
	MOVQ d+24(FP), CX
	MOVQ n+32(FP), R8
	MOVQ CX, R9
	SHLQ $1, R9              // bytes of a head

column:
	VMOVDQU (DI), Y0
	VMOVDQU 32(DI), Y1
	VMOVDQU 64(DI), Y2
	VMOVDQU 96(DI), Y3
	MOVQ    SI, R10
	XORQ    R11, R11

position:
	VPBROADCASTD (DX)(R11*4), Y4
	VPMOVSXWQ    (R10), Y5
	VPMOVSXWQ    8(R10), Y6
	VPMOVSXWQ    16(R10), Y7
	VPMOVSXWQ    24(R10), Y8
	VPMULDQ      Y4, Y5, Y5
	VPMULDQ      Y4, Y6, Y6
	VPMULDQ      Y4, Y7, Y7
	VPMULDQ      Y4, Y8, Y8
	VPADDQ       Y5, Y0, Y0
	VPADDQ       Y6, Y1, Y1
	VPADDQ       Y7, Y2, Y2
	VPADDQ       Y8, Y3, Y3
	ADDQ         R9, R10
	INCQ         R11
	CMPQ         R11, R8
	JLT          position

	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VMOVDQU Y3, 96(DI)
	ADDQ    $128, DI
	ADDQ    $32, SI
	SUBQ    $16, CX
	JNZ     column
	VZEROUPPER
	RET
