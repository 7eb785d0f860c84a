// Package match draws the seats of a round.
//
// Every provider that offers a model stands on a line, one unit of length for each uaic of its bond; a drawn
// point falls on a provider with a chance that grows with its bond, and counts only if it falls on the part
// of the bond that is free. So a seat falls on a provider in proportion to its FREE bond, and a bond split
// over many names is the same length of line. The line is kept as a sum tree (tree.go), so a draw costs a few
// reads however many providers there are, and the leaves change only when bonds do.
//
// It is not for prices or bonds: the caller prices a seat and says what is free; price.go only divides a task's price
// among the seats that it must pay for. Start at Select.
package match
