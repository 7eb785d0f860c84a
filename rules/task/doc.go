// Package task is the life of a task: its states, the moves between them, and the heights at which it is
// looked at again.
//
// It knows no store and no money. Start at Status and Next; heights.go has the clock.
package task
