// Package types holds what x/beacon stores, says and asks: the generated messages, the keys of the store, the
// errors, the checks of genesis and parameters, and the one interface that the module needs of x/staking.
package types
