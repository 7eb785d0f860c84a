package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// PublishModel records a model by its root; m.Publisher is set to the client's account.
func (c *Client) PublishModel(ctx context.Context, m computetypes.MsgPublishModel) (Tx, error) {
	m.Publisher = c.addr
	return c.send(ctx, 0, &m)
}

// DeprecateModel stops new tasks on a model that the client's account published.
func (c *Client) DeprecateModel(ctx context.Context, id []byte) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgDeprecateModel{Publisher: c.addr, ModelId: id})
}

// Model returns one model; ErrNotFound if it is not published.
func (c *Client) Model(ctx context.Context, id []byte) (computetypes.Model, error) {
	res, err := call(ctx, c, fmt.Sprintf("ask for model %x", id), c.compute.Model, &computetypes.QueryModelRequest{ModelId: hex.EncodeToString(id)})
	if err != nil {
		return computetypes.Model{}, err
	}
	return res.Model, nil
}

// Models lists models by id, or all of one name, oldest first.
func (c *Client) Models(ctx context.Context, name string) ([]computetypes.Model, error) {
	var out []computetypes.Model
	page := &query.PageRequest{Limit: pageLimit}
	for {
		res, err := call(ctx, c, "ask for models", c.compute.Models, &computetypes.QueryModelsRequest{Name: name, Pagination: page})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Models...)
		if page = following(res.Pagination); page == nil {
			return out, nil
		}
	}
}

const nextOtherModel = "list the published models: aichaind query compute models"

// FindModel finds a model by its id in hex or by its name. Of several with one name it takes the only one that
// is not deprecated, and fails if that leaves a choice: a name is no identity, anyone may publish under it.
func (c *Client) FindModel(ctx context.Context, nameOrID string) (computetypes.Model, error) {
	if id, err := hex.DecodeString(nameOrID); err == nil && len(id) == 32 {
		m, err := c.Model(ctx, id)
		var missing *Error
		if errors.Is(err, ErrNotFound) && errors.As(err, &missing) {
			missing.Next = nextOtherModel
		}
		return m, err
	}
	all, err := c.Models(ctx, nameOrID)
	if err != nil {
		return computetypes.Model{}, err
	}
	return pickModel(nameOrID, all)
}

func pickModel(name string, all []computetypes.Model) (computetypes.Model, error) {
	op := fmt.Sprintf("find model %q", name)
	var live []computetypes.Model
	for _, m := range all {
		if !m.Deprecated {
			live = append(live, m)
		}
	}
	switch {
	case len(live) == 1:
		return live[0], nil
	case len(live) > 1:
		next := "name one by its id:"
		for _, m := range live {
			next += fmt.Sprintf(" %x (by %s)", m.Id, m.Publisher)
		}
		return computetypes.Model{}, &Error{Op: op, Err: fmt.Errorf("%w: %d models have that name", ErrBadRequest, len(live)), Next: next}
	case len(all) > 0:
		return computetypes.Model{}, &Error{Op: op, Err: fmt.Errorf("%w: it is deprecated", ErrNotFound), Next: "choose another model: aichaind query compute models"}
	}
	return computetypes.Model{}, &Error{Op: op, Err: ErrNotFound, Next: nextOtherModel}
}
