// Package compute is the module of providers, models, offers and tasks: everything from the post of a task to
// the draw of its seats. README.md tells the story, keeper/keeper.go shows the state.
package compute
