package localnet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// RPC reads a node's CometBFT RPC. It is separate from the client library on purpose: a test must not believe what it tests.
type RPC struct {
	URL  string
	http http.Client
}

func NewRPC(port int) *RPC {
	return &RPC{URL: fmt.Sprintf("http://127.0.0.1:%d", port), http: http.Client{Timeout: 3 * time.Second}}
}

func (r *RPC) Get(path string, into any) error {
	res, err := r.http.Get(r.URL + path)
	if err != nil {
		return err
	}
	defer res.Body.Close() // only read from
	var reply struct {
		Result json.RawMessage
		Error  json.RawMessage
	}
	if err := json.NewDecoder(res.Body).Decode(&reply); err != nil {
		return err
	}
	if len(reply.Error) > 0 && string(reply.Error) != "null" {
		return fmt.Errorf("%s: %s", path, reply.Error)
	}
	return json.Unmarshal(reply.Result, into)
}

// Height is the last block the node has.
func (r *RPC) Height() (int64, error) {
	var s struct {
		SyncInfo struct {
			LatestBlockHeight string `json:"latest_block_height"`
		} `json:"sync_info"`
	}
	if err := r.Get("/status", &s); err != nil {
		return 0, err
	}
	return strconv.ParseInt(s.SyncInfo.LatestBlockHeight, 10, 64)
}

// AppHash is the app hash in the header of a block: that of the state before it.
func (r *RPC) AppHash(height int64) (string, error) {
	var b struct {
		Block struct {
			Header struct {
				AppHash string `json:"app_hash"`
			}
		}
	}
	err := r.Get(fmt.Sprintf("/block?height=%d", height), &b)
	return b.Block.Header.AppHash, err
}

// AppState is the node's own last app hash, in hex, and the height it belongs to, asked of the application.
func (r *RPC) AppState() (height int64, hash string, err error) {
	var s struct {
		Response struct {
			LastBlockHeight  string `json:"last_block_height"`
			LastBlockAppHash []byte `json:"last_block_app_hash"`
		}
	}
	if err := r.Get("/abci_info", &s); err != nil {
		return 0, "", err
	}
	height, err = strconv.ParseInt(s.Response.LastBlockHeight, 10, 64)
	return height, fmt.Sprintf("%X", s.Response.LastBlockAppHash), err
}
