package client

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// TestHeadersSurviveTheNode: a node that goes away in the middle of a subscription, again and again, ends nothing but
// that subscription.
func TestHeadersSurviveTheNode(t *testing.T) {
	var height atomic.Uint64
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close() // as a node that stops
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
		for _, m := range []string{
			`{"jsonrpc":"2.0","id":1,"result":{}}`,
			fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"result":{"data":{"type":"tendermint/event/NewBlockHeader","value":{"header":{"height":"%d"}}}}}`, height.Add(1)),
			`{"jsonrpc":"2.0","id":1,"result":{"data":{}}}`,
		} {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(m)); err != nil {
				return
			}
		}
	}))
	defer node.Close()
	hub := newBlockHub(Config{RPC: node.URL, PollInterval: time.Millisecond}, func(context.Context) (uint64, error) { return height.Load(), nil })
	defer hub.stop()
	ch, last := hub.subscribe(t.Context()), uint64(0)
	for last < 20 {
		now := <-ch
		require.Greater(t, now, last)
		last = now
	}
}

// TestHeadersRefused: a node that refuses the subscription is an error, and so is one that is not there.
func TestHeadersRefused(t *testing.T) {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close() // all is said
		if _, _, err := conn.ReadMessage(); err == nil {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"full"}}`)) // the test fails without
		}
	}))
	_, err := subscribeHeaders(t.Context(), node.URL)
	require.ErrorContains(t, err, "full")
	node.Close()
	_, err = subscribeHeaders(t.Context(), node.URL)
	require.Error(t, err)
}
