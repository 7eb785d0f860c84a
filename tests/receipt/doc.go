// Package receipt takes receipts from the real application: the keys and records that client/receipt reads are those
// that the modules write, through the life, the challenge and the removal of a task.
package receipt
