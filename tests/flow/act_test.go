package flow

import (
	"fmt"
	"strconv"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// actions make the transactions of a line. Those about disputes are methods of a stage: see dispute_test.go.
var actions = map[string]func(w *kit.World, l *line) []kit.Tx{
	"post":         post,
	"cancel":       cancel,
	"commit":       commit,
	"reveal":       reveal,
	"publish":      publish,
	"deprecate":    deprecate,
	"register":     register,
	"update":       update,
	"offer":        offer,
	"remove-offer": removeOffer,
	"drain":        drain,
	"retire":       retire,
	"add-bond":     addBond,
	"withdraw":     withdraw,
	"claim":        claim,
}

// one is a line of one message.
func one(msg sdk.Msg) []kit.Tx { return []kit.Tx{{Msgs: []sdk.Msg{msg}}} }

// who is the first name of a line.
func (l *line) who() string {
	if len(l.names) == 0 {
		panic("who does this?")
	}
	return l.names[0]
}

func post(w *kit.World, l *line) []kit.Tx {
	terms := w.Terms(l.text("model", kit.TheModel), 0)
	terms.MaxPrice = l.coin("max", "1AIC")
	terms.Seats = uint32(l.number("seats", 3))
	terms.MaxOutputTokens = uint32(l.number("out", 16))
	terms.Sampling.TemperatureMilli = uint32(l.number("temperature", 0))
	terms.Sampling.TopK = uint32(l.number("top_k", 0))
	if l.has("kind") {
		terms.Kind = computetypes.TaskKind(l.number("kind", 0))
	}
	input := l.tokens("input", 5, 6, 7)
	if l.has("tokens") {
		input = make([]uint32, l.number("tokens", 0))
	}
	inputs := make([]computetypes.TaskInput, l.number("count", 1))
	refs := l.values["ref"]
	for i := range inputs {
		inputs[i].Tokens = append([]uint32(nil), input...)
		if i > 0 {
			inputs[i].Tokens[0] = uint32(i)
		}
		if i < len(refs) {
			inputs[i].ClientRef = refs[i]
		}
	}
	if l.take("nothing") {
		inputs = nil
	}
	return one(w.Post(l.who(), l.text("payer", l.who()), terms, inputs...))
}

func cancel(w *kit.World, l *line) []kit.Tx {
	return one(&computetypes.MsgCancelTask{Requester: w.Address(l.who()), TaskId: l.task()})
}

// answer is what the line's providers answer to a task: tokens, or a word for what the model answers (`right`), for
// something else that a run could have answered (`wrong`, `wronger`), or for what none could (`impossible`).
func (l *line) answer(w *kit.World, task uint64) kit.Answer {
	switch l.text("answer", "") {
	case "right":
		return w.Right(task)
	case "wrong":
		return w.Wrong(task, 0)
	case "wronger":
		return w.Wrong(task, 1)
	case "impossible":
		return w.Impossible(task)
	}
	return kit.Answer{Output: l.tokens("answer", 8, 2), Stop: uint32(l.number("stop", 1))}
}

// commit lets each named provider commit to an answer. `round` names another round than the present one, `bytes`
// another length of the commitment, `twice` names the task twice.
func commit(w *kit.World, l *line) []kit.Tx {
	pays, twice := l.take("paying"), l.take("twice")
	var txs []kit.Tx
	for _, name := range l.names {
		msg := w.Commit(name, kit.Answer{})
		for _, id := range l.ids() {
			msg.Commits = append(msg.Commits, w.Commit(name, l.answer(w, id), id).Commits...)
		}
		for i := range msg.Commits {
			msg.Commits[i].Round = uint32(l.number("round", uint64(msg.Commits[i].Round)))
			if l.has("bytes") {
				msg.Commits[i].Commitment = make([]byte, l.number("bytes", 32))
			}
		}
		if twice {
			msg.Commits = append(msg.Commits, msg.Commits...)
		}
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{msg}, Pays: pays})
	}
	return txs
}

// reveal lets each named provider open its commitment. `short` leaves the output out, `wrong-salt` and `salt-bytes`
// spoil the salt.
func reveal(w *kit.World, l *line) []kit.Tx {
	pays, full, wrong := l.take("paying"), !l.take("short"), l.take("wrong-salt")
	var txs []kit.Tx
	for _, name := range l.names {
		msg := w.Reveal(name, kit.Answer{}, full)
		for _, id := range l.ids() {
			msg.Reveals = append(msg.Reveals, w.Reveal(name, l.answer(w, id), full, id).Reveals...)
		}
		for i := range msg.Reveals {
			r := &msg.Reveals[i]
			r.Round = uint32(l.number("round", uint64(r.Round)))
			if wrong {
				r.Salt[0] ^= 1
			}
			r.Salt = r.Salt[:l.number("salt-bytes", 32)]
			if l.has("tokens") {
				r.Output = make([]uint32, l.number("tokens", 0))
			}
		}
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{msg}, Pays: pays})
	}
	return txs
}

func publish(w *kit.World, l *line) []kit.Tx {
	var splits []computetypes.FeeSplit
	for _, s := range l.values["splits"] {
		name, bps, _ := strings.Cut(s, ":")
		n, err := strconv.ParseUint(bps, 10, 32)
		if err != nil {
			panic(fmt.Sprintf("splits: expected name:bps, got %q", s))
		}
		splits = append(splits, computetypes.FeeSplit{Recipient: w.Address(name), ShareBps: uint32(n)})
	}
	name := l.text("model", "other")
	msg := w.Publish(l.who(), name, kit.TinyModel(w.TB, name), uint32(l.number("fee", 0)), splits...)
	if l.take("with-false-header") {
		msg.Header = append([]byte(nil), msg.Header...)
		msg.Header[len(msg.Header)-1] ^= 1
	}
	return one(msg)
}

func deprecate(w *kit.World, l *line) []kit.Tx {
	return one(&computetypes.MsgDeprecateModel{Publisher: w.Address(l.who()), ModelId: w.ModelID(l.text("model", kit.TheModel))})
}

func register(w *kit.World, l *line) []kit.Tx {
	return one(w.Register(l.who(), l.coin("bond", "1000AIC")))
}

func update(w *kit.World, l *line) []kit.Tx {
	return one(&computetypes.MsgUpdateProvider{Provider: w.Address(l.who()), Moniker: l.text("moniker", ""), Details: l.text("details", "")})
}

func offer(w *kit.World, l *line) []kit.Tx {
	in, out, _ := strings.Cut(l.text("price", "100000/1000000"), "/")
	a, err1 := strconv.ParseUint(in, 10, 64)
	b, err2 := strconv.ParseUint(out, 10, 64)
	if err1 != nil || err2 != nil {
		panic("price: expected in/out")
	}
	return one(w.Offer(l.who(), l.text("model", kit.TheModel), a, b, uint32(l.number("slots", 10))))
}

func removeOffer(w *kit.World, l *line) []kit.Tx {
	return one(&computetypes.MsgRemoveOffer{Provider: w.Address(l.who()), ModelId: w.ModelID(l.text("model", kit.TheModel))})
}

func drain(w *kit.World, l *line) []kit.Tx {
	resume := l.take("resume")
	return one(&computetypes.MsgDrainProvider{Provider: w.Address(l.who()), Resume: resume})
}

func retire(w *kit.World, l *line) []kit.Tx {
	return one(&computetypes.MsgRetireProvider{Provider: w.Address(l.who())})
}

func addBond(w *kit.World, l *line) []kit.Tx {
	return one(&rewardtypes.MsgAddBond{Provider: w.Address(l.who()), Amount: l.coin("amount", "1AIC")})
}

func withdraw(w *kit.World, l *line) []kit.Tx {
	return one(w.Withdraw(l.who(), l.coin("amount", "1AIC")))
}

// claim claims the emission of each of the named.
func claim(w *kit.World, l *line) []kit.Tx {
	var txs []kit.Tx
	for _, name := range l.names {
		txs = append(txs, one(w.Claim(name))...)
	}
	return txs
}
