#include "textflag.h"

// func dotRowsAVX2(dst *int32, w, q *int8, k, rows int)
// Sixteen products a step: both sides widened to int16, multiplied and added in
// pairs (at most 2*128*128, exact), then summed as int32.
TEXT ·dotRowsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ w+8(FP), SI
	MOVQ q+16(FP), DX
	MOVQ k+24(FP), CX
	MOVQ rows+32(FP), R8

row:
	VPXOR Y0, Y0, Y0
	XORQ  R9, R9

step:
	VPMOVSXBW (SI)(R9*1), Y1
	VPMOVSXBW (DX)(R9*1), Y2
	VPMADDWD  Y1, Y2, Y3
	VPADDD    Y3, Y0, Y0
	ADDQ      $16, R9
	CMPQ      R9, CX
	JLT       step

	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0x4E, X0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0xB1, X0, X1
	VPADDD       X1, X0, X0
	VMOVD        X0, (DI)
	ADDQ         $4, DI
	ADDQ         CX, SI
	DECQ         R8
	JNZ          row
	VZEROUPPER
	RET

// SUM16 leaves the sum of the 16 int32 of Z in the low lane of X (the same register).
#define SUM16(Z, Y, X, YT, XT) \
	VEXTRACTI64X4 $1, Z, YT; \
	VPADDD        YT, Y, Y;  \
	VEXTRACTI128  $1, Y, XT; \
	VPADDD        XT, X, X;  \
	VPSHUFD       $0x4E, X, XT; \
	VPADDD        XT, X, X;  \
	VPSHUFD       $0xB1, X, XT; \
	VPADDD        XT, X, X

// func dotRowsVNNI(dst *int32, w, q *int8, k, rows int, offset int32)
TEXT ·dotRowsVNNI(SB), NOSPLIT, $0-44
	MOVQ  dst+0(FP), DI
	MOVQ  w+8(FP), SI
	MOVQ  q+16(FP), DX
	MOVQ  k+24(FP), CX
	MOVQ  rows+32(FP), R8
	MOVL  offset+40(FP), R10
	MOVL  $0x80808080, AX
	VPBROADCASTD AX, Z15

row:
	VPXORQ Z0, Z0, Z0
	XORQ   R9, R9

step:
	VPXORQ    (SI)(R9*1), Z15, Z1
	VPDPBUSD  (DX)(R9*1), Z1, Z0
	ADDQ      $64, R9
	CMPQ      R9, CX
	JLT       step

	SUM16(Z0, Y0, X0, Y1, X1)
	VMOVD X0, AX
	SUBL  R10, AX
	MOVL  AX, (DI)
	ADDQ  $4, DI
	ADDQ  CX, SI
	DECQ  R8
	JNZ   row
	VZEROUPPER
	RET

// func dotBlockVNNI(dst *int32, w, q *int8, k, rows int, offsets *[4]int32)
TEXT ·dotBlockVNNI(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ w+8(FP), SI
	MOVQ q+16(FP), DX
	MOVQ k+24(FP), CX
	MOVQ rows+32(FP), R8
	MOVQ offsets+40(FP), R10
	MOVL $0x80808080, AX
	VPBROADCASTD AX, Z15
	LEAQ (DX)(CX*1), R11
	LEAQ (DX)(CX*2), R12
	LEAQ (R11)(CX*2), R13
	MOVQ R8, BX
	SHLQ $2, BX              // bytes from the results of one activation row to the next

row:
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	VPXORQ Z2, Z2, Z2
	VPXORQ Z3, Z3, Z3
	XORQ   R9, R9

step:
	VPXORQ   (SI)(R9*1), Z15, Z4
	VPDPBUSD (DX)(R9*1), Z4, Z0
	VPDPBUSD (R11)(R9*1), Z4, Z1
	VPDPBUSD (R12)(R9*1), Z4, Z2
	VPDPBUSD (R13)(R9*1), Z4, Z3
	ADDQ     $64, R9
	CMPQ     R9, CX
	JLT      step

	SUM16(Z0, Y0, X0, Y5, X5)
	SUM16(Z1, Y1, X1, Y5, X5)
	SUM16(Z2, Y2, X2, Y5, X5)
	SUM16(Z3, Y3, X3, Y5, X5)
	MOVQ  DI, R9
	VMOVD X0, AX
	SUBL  (R10), AX
	MOVL  AX, (R9)
	ADDQ  BX, R9
	VMOVD X1, AX
	SUBL  4(R10), AX
	MOVL  AX, (R9)
	ADDQ  BX, R9
	VMOVD X2, AX
	SUBL  8(R10), AX
	MOVL  AX, (R9)
	ADDQ  BX, R9
	VMOVD X3, AX
	SUBL  12(R10), AX
	MOVL  AX, (R9)
	ADDQ  $4, DI
	ADDQ  CX, SI
	DECQ  R8
	JNZ   row
	VZEROUPPER
	RET
