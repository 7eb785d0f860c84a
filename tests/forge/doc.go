// Package forge makes traces of canonical runs that no honest party has: whole traces in memory, of which one
// tensor is changed and the rest follows consistently, or the answer alone is changed, or whatever. Tests and the
// lying worker of tests/system play disputes with them; no shipped program can.
//
// A forgery begins as the honest trace of the claim that its solver made (Remember, of a witness of package
// canon/run) and ends sealed: its tree is hashed anew, and its last tensor is the claimed answer, because the chain
// refuses any other trace before a dispute begins. Forger has the lies, Alter a whole one: another answer
// with the run that it comes from. WriteRandom writes small models to lie about.
package forge
