// Package payout decides where the money of a task goes: what a seat costs, what it earned, and how the
// escrow and the liens of a closed task split into transfers, refund, burn and slashes that sum exactly.
//
// All amounts are whole uaic (1 AIC = 1 000 000 uaic), all rates are basis points, every division is done
// last, and every remainder has a named owner. The package is pure: the node, the worker and the gateway
// get the same answer from it.
package payout

// Denom is the only coin of the chain that its own modules accept and pay.
const Denom = "uaic"

// FullBps is 100 % in basis points.
const FullBps = 10_000

// PriceUnit is the number of tokens that a price is for.
const PriceUnit = 1_000
