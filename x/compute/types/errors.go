package types

import (
	"google.golang.org/grpc/codes"

	errorsmod "cosmossdk.io/errors"
)

// Errors of the module. Codes are hashed into block results: never renumbered, never reused. Those that a
// query can give carry the code of gRPC, which the gateway turns into 404 and 400.
var (
	// ErrUnknownTask: no task has this id or client_ref; it may have been pruned.
	ErrUnknownTask = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "unknown task")
	// ErrUnknownProvider: the address has no provider record.
	ErrUnknownProvider = errorsmod.RegisterWithGRPCCode(ModuleName, 3, codes.NotFound, "unknown provider")
	// ErrUnknownModel: no model was published under this id.
	ErrUnknownModel = errorsmod.RegisterWithGRPCCode(ModuleName, 4, codes.NotFound, "unknown model")
	// ErrUnknownOffer: the provider offers no such model.
	ErrUnknownOffer = errorsmod.RegisterWithGRPCCode(ModuleName, 5, codes.NotFound, "unknown offer")
	// ErrProviderExists: the address registered before.
	ErrProviderExists = errorsmod.Register(ModuleName, 6, "provider already registered")
	// ErrModelExists: the id was published before; the first publisher owns it.
	ErrModelExists = errorsmod.Register(ModuleName, 7, "model already published")
	// ErrModelDeprecated: the model takes no new tasks and offers.
	ErrModelDeprecated = errorsmod.Register(ModuleName, 8, "model is deprecated")
	// ErrNotOwner: the signer does not own the record.
	ErrNotOwner = errorsmod.Register(ModuleName, 9, "not the owner")
	// ErrBondTooLow: the bond is below params.min_bond.
	ErrBondTooLow = errorsmod.Register(ModuleName, 10, "bond too low")
	// ErrOpenSeats: the provider still has seats in rounds.
	ErrOpenSeats = errorsmod.Register(ModuleName, 11, "provider has open seats")
	// ErrBadText: a text field is empty, too long or holds what cannot be shown.
	ErrBadText = errorsmod.Register(ModuleName, 12, "bad text")
	// ErrBadCoin: the coin is missing, zero, negative, not in uaic, or beyond 64 bits.
	ErrBadCoin = errorsmod.Register(ModuleName, 13, "bad coin")
	// ErrBadAddress: an address does not decode.
	ErrBadAddress = errorsmod.RegisterWithGRPCCode(ModuleName, 14, codes.InvalidArgument, "bad address")
	// ErrBadModelID: the id is not 32 bytes.
	ErrBadModelID = errorsmod.RegisterWithGRPCCode(ModuleName, 15, codes.InvalidArgument, "bad model id")
	// ErrBadHeader: the header does not parse, or is not proven under the model id.
	ErrBadHeader = errorsmod.Register(ModuleName, 16, "bad model header")
	// ErrFeeTooHigh: the model's fee is above params.max_model_fee_bps.
	ErrFeeTooHigh = errorsmod.Register(ModuleName, 17, "model fee too high")
	// ErrSplitsOverWhole: the shares of a model's fee sum to more than the whole.
	ErrSplitsOverWhole = errorsmod.Register(ModuleName, 18, "fee splits over 100 %")
	// ErrBadSplits: the shares sum to less than the whole, one is zero, a recipient is named twice or
	// there are too many.
	ErrBadSplits = errorsmod.Register(ModuleName, 19, "bad fee splits")
	// ErrBadParents: too many parents, one is the model itself or twice, or not published.
	ErrBadParents = errorsmod.Register(ModuleName, 20, "bad parents")
	// ErrBadPrice: an offer's price is beyond the bound.
	ErrBadPrice = errorsmod.Register(ModuleName, 21, "bad price")
	// ErrBadSlots: an offer's slots are zero or beyond the bound.
	ErrBadSlots = errorsmod.Register(ModuleName, 22, "bad slots")
	// ErrTooManyOffers: the provider has params.max_offers_per_provider offers.
	ErrTooManyOffers = errorsmod.Register(ModuleName, 23, "too many offers")
	// ErrBadTerms: kind, data set or assurance is one that the chain does not know.
	ErrBadTerms = errorsmod.Register(ModuleName, 24, "bad task terms")
	// ErrBadSeats: the number of seats is outside the params.
	ErrBadSeats = errorsmod.Register(ModuleName, 25, "bad number of seats")
	// ErrBadSampling: temperature or top_k is out of range.
	ErrBadSampling = errorsmod.Register(ModuleName, 26, "bad sampling")
	// ErrOutputLimit: max_output_tokens is zero or above the params.
	ErrOutputLimit = errorsmod.Register(ModuleName, 27, "bad output limit")
	// ErrInputLimit: an input is empty or longer than the params allow.
	ErrInputLimit = errorsmod.Register(ModuleName, 28, "bad input length")
	// ErrContextLimit: input and output together do not fit the model's context.
	ErrContextLimit = errorsmod.Register(ModuleName, 29, "context limit exceeded")
	// ErrBadToken: an input token id is not below the model's vocabulary.
	ErrBadToken = errorsmod.Register(ModuleName, 30, "token outside the vocabulary")
	// ErrBadBatch: the batch is empty or larger than params.max_batch.
	ErrBadBatch = errorsmod.Register(ModuleName, 31, "bad batch size")
	// ErrBadRef: a client_ref is too long or holds what cannot be shown.
	ErrBadRef = errorsmod.Register(ModuleName, 32, "bad client_ref")
	// ErrDuplicateRef: one batch names a client_ref twice.
	ErrDuplicateRef = errorsmod.Register(ModuleName, 33, "client_ref twice in one batch")
	// ErrNoOffer: the model has fewer offers than the task has seats.
	ErrNoOffer = errorsmod.Register(ModuleName, 34, "too few offers for the model")
	// ErrPriceBelowOffers: the task's ceiling per seat is below what any offer could cost.
	ErrPriceBelowOffers = errorsmod.Register(ModuleName, 35, "price below every offer")
	// ErrAmountTooLarge: the escrows of a batch do not fit in 64 bits.
	ErrAmountTooLarge = errorsmod.Register(ModuleName, 36, "amount too large")
	// ErrCannotCancel: the task is not OPEN any more.
	ErrCannotCancel = errorsmod.Register(ModuleName, 37, "task cannot be cancelled")
	// ErrWrongStatus: a task was asked to make a move that its status does not allow.
	ErrWrongStatus = errorsmod.Register(ModuleName, 38, "wrong task status")
	// ErrNotParked: there is no parked item for this task.
	ErrNotParked = errorsmod.Register(ModuleName, 39, "not parked")
	// ErrBadParams: a parameter is out of bounds.
	ErrBadParams = errorsmod.Register(ModuleName, 40, "bad params")
	// ErrBadGenesis: a genesis state contradicts itself.
	ErrBadGenesis = errorsmod.Register(ModuleName, 41, "bad genesis")
	// ErrBadPage: a page request asks for what this module does not serve.
	ErrBadPage = errorsmod.RegisterWithGRPCCode(ModuleName, 42, codes.InvalidArgument, "bad page request")
	// ErrBadRequest: a query names nothing that could exist.
	ErrBadRequest = errorsmod.RegisterWithGRPCCode(ModuleName, 43, codes.InvalidArgument, "bad request")
	// ErrInvariant: stored state contradicts itself; a fault of the program.
	ErrInvariant = errorsmod.Register(ModuleName, 44, "broken invariant")
	// ErrNotWired: a neighbour of the keeper was not set; a fault of the wiring.
	ErrNotWired = errorsmod.Register(ModuleName, 45, "keeper is not wired")
	// ErrSlots: more slots would be freed than are used; a fault of the caller.
	ErrSlots = errorsmod.Register(ModuleName, 46, "no used slot to free")
	// ErrSeatPrice: a seat's price does not fit in 64 bits.
	ErrSeatPrice = errorsmod.Register(ModuleName, 47, "seat price too large")
)
