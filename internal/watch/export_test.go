package watch

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aichain/aichain/app"
)

// AttachState registers only what is read from the state.
func AttachState(a *app.App, registry prometheus.Registerer) error {
	return registry.Register(newState(a))
}
