// Package kit is a small world for tests on the real application: people and providers with names, models, and
// what they do, as signed transactions in blocks. It knows how to commit and reveal like a worker does.
//
// It decides nothing and checks nothing: tests/flow and tests/attack do. Start at World.
package kit
