// Package keeper holds the state transitions of x/compute: providers, models, offers, tasks and the draw of
// their seats.
//
// keeper.go shows the whole state. A message is handled in msg_<act>.go, a block step in step_<act>.go,
// endblock.go lists the steps in order, port_<who>.go is what neighbours may ask. Who is chosen is decided in
// rules/match and which moves are legal in rules/task; money is moved only through the interfaces in types.
package keeper
