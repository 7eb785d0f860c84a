// Package reward wires x/reward, the one door for money, into an application. The keeper decides nothing about
// fairness itself: rules/payout does. See README.md.
package reward
