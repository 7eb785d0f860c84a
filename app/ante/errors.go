package ante

import errorsmod "cosmossdk.io/errors"

// codespace of the errors of this package.
const codespace = "aichain-ante"

// Codes are hashed into the block results: never renumbered, never used again.
var (
	// ErrTooBig is returned for a transaction over MaxTxBytes.
	ErrTooBig = errorsmod.Register(codespace, 2, "transaction too big")
	// ErrTooManyMessages is returned for a transaction with more than MaxTxMessages messages.
	ErrTooManyMessages = errorsmod.Register(codespace, 3, "too many messages in the transaction")
	// ErrFeeTooLow is returned for a fee under the chain's or the node's least price.
	ErrFeeTooLow = errorsmod.Register(codespace, 4, "fee too low")
	// ErrFeeDenom is returned for a fee in another coin than uaic.
	ErrFeeDenom = errorsmod.Register(codespace, 5, "fees are paid in uaic")
	// ErrFreeGas is returned for free seat messages that ask for more or less gas than they are allowed.
	ErrFreeGas = errorsmod.Register(codespace, 6, "wrong gas limit for free seat messages")
	// ErrFreeSigners is returned for free seat messages with more than one signer.
	ErrFreeSigners = errorsmod.Register(codespace, 7, "free seat messages have one signer")
	// ErrFreeMessages is returned for more than one free commit or more than one free reveal message at once, and for a
	// free move of a dispute with any other message.
	ErrFreeMessages = errorsmod.Register(codespace, 8, "at most one commit and one reveal message, or one move, are free at once")
	// ErrTooMuchGas is returned for a transaction that asks for so much gas that it would wait for ever. No block refuses it.
	ErrTooMuchGas = errorsmod.Register(codespace, 9, "asks for too much of a block's gas to wait for one")
)
