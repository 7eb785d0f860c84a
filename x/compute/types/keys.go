package types

import (
	"cosmossdk.io/collections"
)

// ModuleName names the module and its store.
const ModuleName = "compute"

// StoreKey of the module.
const StoreKey = ModuleName

// Prefixes of the store. A number is never reused.
var (
	ParamsPrefix       = collections.NewPrefix(1)
	NextTaskIDPrefix   = collections.NewPrefix(2)
	ProvidersPrefix    = collections.NewPrefix(3)
	ModelsPrefix       = collections.NewPrefix(4)
	ModelNamesPrefix   = collections.NewPrefix(5)
	OffersPrefix       = collections.NewPrefix(6)
	OfferCountsPrefix  = collections.NewPrefix(7)
	PositionsPrefix    = collections.NewPrefix(8)
	DrawNodesPrefix    = collections.NewPrefix(9)
	InputPricesPrefix  = collections.NewPrefix(10)
	OutputPricesPrefix = collections.NewPrefix(11)
	TasksPrefix        = collections.NewPrefix(12)
	RefsPrefix         = collections.NewPrefix(13)
	AgendaV1Prefix     = collections.NewPrefix(14) // until version 1: a key for each task
	SeatingsPrefix     = collections.NewPrefix(15)
	ParkedPrefix       = collections.NewPrefix(16)
	AgendaPrefix       = collections.NewPrefix(17)
)

// Groups of the agenda.
const (
	// GroupWaiting holds the tasks that wait for their first seats, by the height of their draw.
	GroupWaiting uint16 = 1
	// GroupClosed holds the closed tasks, by the height of their removal.
	GroupClosed uint16 = 2
	// GroupReseated holds the tasks that wait for the seats of a later round, by the height of their draw. They
	// come first: nobody may drown the panel that is about to find out a lie under new posts, which are cheap.
	GroupReseated uint16 = 3
)

// Bounds of what a stranger may send. They are part of the format, not of the params: what is stored was
// checked against them.
const (
	MaxMonikerBytes   = 64
	MaxDetailsBytes   = 256
	MaxModelNameBytes = 64
	MaxLicenseBytes   = 64
	MaxURIBytes       = 256
	MaxHeaderBytes    = 4096
	MaxProofNodes     = 40
	MaxParents        = 8
	MaxSplits         = 8
	MaxRefBytes       = 64
	// MaxPrice of 1 000 tokens, uaic: a million AIC. It keeps every price of a seat within 64 bits.
	MaxPrice = 1_000_000_000_000
	// MaxSlots of one offer.
	MaxSlots = 10_000
	// MaxTemperatureMilli is a temperature of 10, far beyond use.
	MaxTemperatureMilli = 10_000
	// RootBytes is the length of a model id and of every other digest.
	RootBytes = 32
	// FullBps is 100 % in basis points.
	FullBps = 10_000
)
