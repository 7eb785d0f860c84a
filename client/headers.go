package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/gorilla/websocket"
)

// headers is a subscription to the headers of new blocks over a node's websocket. It is not CometBFT's client because
// that reconnects behind one's back, and panics (send on closed channel) when it is stopped while it does: the worker
// died with a restart of its node.
type headers struct {
	conn    *websocket.Conn
	heights chan uint64 // closed when the subscription has ended
}

// headerMessage is what is read of an event; of anything else the height is 0.
type headerMessage struct {
	Result struct {
		Data struct {
			Value struct {
				Header struct {
					Height uint64 `json:"height,string"`
				} `json:"header"`
			} `json:"value"`
		} `json:"data"`
	} `json:"result"`
	Error json.RawMessage `json:"error"`
}

// subscribeHeaders connects to an RPC address, as in Config.RPC, and subscribes. Close the subscription in the end.
func subscribeHeaders(ctx context.Context, rpc string) (*headers, error) {
	u, err := url.Parse(rpc)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "https", "wss":
		u.Scheme = "wss"
	default: // http, ws, or tcp as CometBFT writes it
		u.Scheme = "ws"
	}
	u.Path = "/websocket"
	conn, res, err := websocket.DefaultDialer.DialContext(ctx, u.String(), nil)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close() // empty after an upgrade
	s := &headers{conn: conn, heights: make(chan uint64, 1)}
	request := map[string]any{
		"jsonrpc": "2.0", "id": 1, "method": "subscribe",
		"params": map[string]string{"query": cmttypes.QueryForEvent(cmttypes.EventNewBlockHeader).String()},
	}
	if err := s.subscribe(ctx, request); err != nil {
		s.close()
		return nil, err
	}
	go s.read()
	return s, nil
}

// subscribe sends the request and reads the node's answer to it, before any event.
func (s *headers) subscribe(ctx context.Context, request any) error {
	deadline, _ := ctx.Deadline() // the zero time for none
	if err := s.conn.SetReadDeadline(deadline); err != nil {
		return err
	}
	if err := s.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if err := s.conn.WriteJSON(request); err != nil {
		return err
	}
	var answer headerMessage
	if err := s.conn.ReadJSON(&answer); err != nil {
		return err
	}
	if len(answer.Error) > 0 && string(answer.Error) != "null" {
		return fmt.Errorf("subscribe: %s", answer.Error)
	}
	// From here on the silence of a subscription is its reader's affair; answers to pings have no deadline either.
	if err := s.conn.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	return s.conn.SetReadDeadline(time.Time{})
}

// read passes heights on until the connection ends; only it writes to and closes the channel.
func (s *headers) read() {
	defer close(s.heights)
	for {
		var m headerMessage
		if err := s.conn.ReadJSON(&m); err != nil {
			return
		}
		height := m.Result.Data.Value.Header.Height
		if height == 0 {
			continue
		}
		select { // a height that nobody has taken gives way to a newer one
		case <-s.heights:
		default:
		}
		s.heights <- height
	}
}

// close ends the subscription; the reader ends by itself.
func (s *headers) close() { _ = s.conn.Close() } // it may be gone already
