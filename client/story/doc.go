// Package story tells a dispute in plain words, for the command line of nodes and workers: what was asked, who stands for
// which result, each move and where it led, the one step that the chain computed, who won and why, and what happened to
// the money. Text has no colours and lines of at most 100 columns; programs read the queries instead.
//
// It only tells: what it is given was asked of a node before. Whatever is missing, because it was pruned or because no
// tokenizer is at hand, is left out or told in token ids.
//
// Start at story.go.
package story
