// Package pool keeps the transactions that wait, as this node would put them into a block: free messages that are due
// first, then by price, and within one price whoever has had the least of the block.
//
// CometBFT's mempool beside it gossips and rechecks; its own order, that of arrival, would let a flood of the cheapest
// transactions make a reveal or a move of a dispute late, and silence loses money. Nothing here is part of consensus:
// two nodes may hold different transactions, and a block is judged by its contents alone (app/abci). See ADR 0016.
//
// Two shares with limits of their own: what pays can fill one of them and never the other, in which free messages wait,
// whose number the state bounds. Start at pool.go; order.go says what goes first, and
// unsure.go what may turn out not to pay.
package pool
