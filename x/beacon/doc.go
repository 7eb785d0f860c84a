// Package beacon wires x/beacon, the seed nobody chooses, into an application. README.md tells what it is for;
// start reading the code at keeper/keeper.go.
package beacon
