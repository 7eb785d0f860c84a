// Package attack plays the attacks of the protocol (section 10) that exist now, and states each outcome in
// figures: what the design predicts, what was seen, how far they may be apart. Beside an attack stands its
// control: the same attack on a chain without the defence, which must succeed, so that a test which could not
// fail is noticed.
//
// It is not for single refusals; those are in tests/flow and in the keepers. Start at table_test.go; `make
// attack` prints the table.
package attack
