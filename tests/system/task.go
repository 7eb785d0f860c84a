package system

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// answer is what `aichaind infer -o json` prints.
type answer struct {
	TaskID         uint64 `json:"task_id"`
	Status, Reason string
	Answer         string
	Paid, Refunded uint64
	Escrowed       uint64
	Fee            uint64
	Providers      []string
	PaidSeats      uint64 `json:"paid_seats"`
	PaidModel      uint64 `json:"paid_model"`
	Heights        struct{ Posted, Matched, Closed uint64 }
}

// inferArgs asks from an account under a name.
func (n *network) inferArgs(prompt, from, ref string) []string {
	return []string{
		"infer", prompt, "--model", "nano", "--from", from, "--keyring-backend", "test", "--home", n.home(0),
		"--grpc-addr", n.grpc(0), "--node", n.node(0), "--client-ref", ref, "-o", "json",
	}
}

// infer asks and waits for the answer; a refunded task is an answer too.
func (n *network) infer(prompt, from, ref string) (a answer, err error) {
	out, err := try(cliTimeout, bins.aichaind, n.inferArgs(prompt, from, ref)...)
	if jerr := json.Unmarshal(lastLine(out), &a); jerr != nil {
		return a, fmt.Errorf("%w; not the JSON of an answer: %s", err, out)
	}
	return a, nil
}

// lastLine is the last line of an output that is not empty.
func lastLine(out []byte) []byte {
	end := len(out)
	for end > 0 && out[end-1] == '\n' {
		end--
	}
	at := end
	for at > 0 && out[at-1] != '\n' {
		at--
	}
	return out[at:end]
}

// taskView is what the chain says of a task.
type taskView struct {
	Task struct {
		Status, Reason           string
		PostHeight, CloseHeight  string
		Terms                    struct{ MaxPrice struct{ Amount string } }
	}
	Progress struct {
		Status string
		Seats  []struct {
			Provider             string
			Committed, Revealed  bool
			Outcome              string
		}
	}
	Money struct{ Escrowed, Held, Refunded string }
}

func (n *network) task(id uint64) (v taskView, err error) {
	var raw json.RawMessage
	if err := n.get(fmt.Sprintf("/aichain/compute/v1/tasks/%d", id), &raw); err != nil {
		return v, err
	}
	return v, decode(raw, &v)
}

// waitStatus waits until a task has a status.
func (n *network) waitStatus(id uint64, status string) {
	n.tb.Helper()
	until(n.tb, blockTimeout, fmt.Sprintf("task %d %s", id, status), func() (bool, string) {
		v, err := n.task(id)
		if err != nil {
			return false, err.Error()
		}
		return v.Progress.Status == "TASK_STATUS_"+status, v.Progress.Status
	})
}

// balance of an address in uaic.
func (n *network) balance(address string) int64 {
	n.tb.Helper()
	var res struct{ Balance struct{ Amount string } }
	n.must(n.get("/cosmos/bank/v1beta1/balances/"+address+"/by_denom?denom=uaic", &res))
	amount, err := strconv.ParseInt(res.Balance.Amount, 10, 64)
	n.must(err)
	return amount
}

// bonded is the bond of a provider in uaic, liens included.
func (n *network) bonded(address string) int64 {
	n.tb.Helper()
	var res struct{ Bonded string }
	n.must(n.get("/aichain/compute/v1/providers/"+address, &res))
	amount, err := strconv.ParseInt(res.Bonded, 10, 64)
	n.must(err)
	return amount
}
