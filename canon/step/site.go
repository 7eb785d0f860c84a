package step

// Site names one tensor of the graph. The numbers give the order of a token's tensors
// within a layer and never change; a new tensor takes a new profile.
type Site uint8

// The tensors of a run in graph order. Element types are little-endian; a unit is what
// one step claims and never lies across two chunks.
const (
	SiteInput Site = iota + 1 // first leaf: input digest, then the prompt's ids uint32

	SiteEmbedding // int32[dim], once a token

	SiteAttnSquares  // 128-bit partial sums of squares (hi, lo), one a block of 4096
	SiteAttnFactor   // mantissa uint32, shift uint8
	SiteAttnNormed   // int32[dim]
	SiteAttnInMax    // uint32 maxima, one a block of 4096
	SiteAttnInScale  // uint64
	SiteAttnInQuant  // int8[dim], or int8 high halves then low halves
	SiteQuery        // int32[heads*head dim]
	SiteKey          // int32[kv heads*head dim]
	SiteValue        // int32[kv heads*head dim]
	SiteQueryRotated // int32[heads*head dim]
	SiteKeyRotated   // int32[kv heads*head dim]
	SiteQueryPacked  // int16[heads*head dim], uint8[heads] exponents
	SiteKeyPacked    // int16[kv heads*head dim], uint8[kv heads] exponents
	SiteValuePacked  // int16[kv heads*head dim], uint8[kv heads] exponents
	SiteValueBlock   // int16[kv heads][head dim][n], uint8[kv heads][n]: values of this block of 128 positions so far
	SiteScores       // int32[heads][positions]
	SiteBest         // int32[heads][blocks of 4096 positions], int32[heads]
	SiteWeights      // uint32[heads][positions]
	SiteTotals       // int64[heads][blocks of 4096 positions], int64[heads]
	SitePartials     // int64[heads][head dim][blocks of 128 positions]
	SiteMixed        // int32[heads*head dim]
	SiteAttnOutMax
	SiteAttnOutScale
	SiteAttnOutQuant
	SiteAttnOut      // int32[dim]
	SiteAttnResidual // int32[dim]

	SiteFFNSquares
	SiteFFNFactor
	SiteFFNNormed
	SiteFFNInMax
	SiteFFNInScale
	SiteFFNInQuant
	SiteGate       // int32[ffn]
	SiteUp         // int32[ffn]
	SiteActivation // int32[ffn]
	SiteFFNOutMax
	SiteFFNOutScale
	SiteFFNOutQuant
	SiteDown        // int32[dim]
	SiteFFNResidual // int32[dim]

	SiteOutSquares // the rest once a token, where a token is chosen
	SiteOutFactor
	SiteOutNormed
	SiteHeadInMax
	SiteHeadInScale
	SiteHeadInQuant
	SiteLogits     // int32[vocab]
	SiteLogitBest  // int32 maxima, one a block of 4096
	SiteCutSearch  // when sampled under top-k: uint32[32 bits][blocks of 4096 counts, 1 prefix]
	SiteCutCounts  // when sampled: uint32 above and equal to the threshold, for each block of 4096
	SiteCut        // when sampled: threshold int32, ties uint32
	SiteWeightSums // when sampled: uint64 sums of the kept weights, one a block of 4096
	SiteToken      // uint32, the token chosen

	SiteOutput // last leaf: the answer's ids uint32, then the stop reason uint32
)

// partialPositions is the number of positions in one partial sum of attention and in
// one value block. Values are hashed again at each position of their block, partial
// sums at each position for every block so far; 128 is near the least total between
// 1 000 and 4 000 positions.
const partialPositions = 128

// PartialPositions is partialPositions for the engine, which takes the sums.
const PartialPositions = partialPositions

// name and operator words, for messages and events.
var siteNames = [...]string{
	SiteInput: "input", SiteEmbedding: "embedding",
	SiteAttnSquares: "attention norm squares", SiteAttnFactor: "attention norm factor", SiteAttnNormed: "attention norm",
	SiteAttnInMax: "attention input maxima", SiteAttnInScale: "attention input scale", SiteAttnInQuant: "attention input quantised",
	SiteQuery: "query", SiteKey: "key", SiteValue: "value", SiteQueryRotated: "query rotated", SiteKeyRotated: "key rotated",
	SiteQueryPacked: "query packed", SiteKeyPacked: "key packed", SiteValuePacked: "value packed", SiteValueBlock: "value block",
	SiteScores: "attention scores", SiteBest: "attention best scores", SiteWeights: "attention weights", SiteTotals: "attention totals",
	SitePartials: "attention partial sums", SiteMixed: "attention mixed",
	SiteAttnOutMax: "attention output maxima", SiteAttnOutScale: "attention output scale", SiteAttnOutQuant: "attention output quantised",
	SiteAttnOut: "attention output", SiteAttnResidual: "attention residual",
	SiteFFNSquares: "ffn norm squares", SiteFFNFactor: "ffn norm factor", SiteFFNNormed: "ffn norm",
	SiteFFNInMax: "ffn input maxima", SiteFFNInScale: "ffn input scale", SiteFFNInQuant: "ffn input quantised",
	SiteGate: "gate", SiteUp: "up", SiteActivation: "activation",
	SiteFFNOutMax: "ffn output maxima", SiteFFNOutScale: "ffn output scale", SiteFFNOutQuant: "ffn output quantised",
	SiteDown: "down", SiteFFNResidual: "ffn residual",
	SiteOutSquares: "output norm squares", SiteOutFactor: "output norm factor", SiteOutNormed: "output norm",
	SiteHeadInMax: "head input maxima", SiteHeadInScale: "head input scale", SiteHeadInQuant: "head input quantised",
	SiteLogits: "logits", SiteLogitBest: "best logits", SiteCutSearch: "top-k search", SiteCutCounts: "top-k counts", SiteCut: "top-k cut",
	SiteWeightSums: "sampling weights", SiteToken: "token", SiteOutput: "output",
}

// String is the tensor's name in words.
func (s Site) String() string {
	if int(s) < len(siteNames) && siteNames[s] != "" {
		return siteNames[s]
	}
	return "unknown tensor"
}
