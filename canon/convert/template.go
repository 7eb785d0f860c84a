package convert

import (
	"fmt"
	"strings"

	"github.com/aichain/aichain/canon/token"
	"github.com/nikolalohinski/gonja/v2"
	"github.com/nikolalohinski/gonja/v2/exec"
)

// Marks stand for what people write while a template is taken apart; no template
// contains them.
var marks = []string{"\u2402first\u2403", "\u2402second\u2403", "\u2402third\u2403"}

// takeApart renders a Jinja chat template over marks and cuts the result into the
// text around each message, so that clients need no template engine and user text
// never meets one. ErrUnsupported when the template is not a plain sequence of turns.
func takeApart(source string) (*token.Turns, error) {
	one, err := render(source, true, "user")
	if err != nil {
		return nil, err
	}
	three, err := render(source, true, "user", "assistant", "user")
	if err != nil {
		return nil, err
	}
	bare, err := render(source, false, "user")
	if err != nil {
		return nil, err
	}
	before, after, ok := strings.Cut(bare, marks[0])
	generate, hasCall := strings.CutPrefix(one, bare)
	if !ok || !hasCall {
		return nil, fmt.Errorf("%w: it does not call for an answer at the end", ErrUnsupported)
	}
	turns := &token.Turns{User: token.Wrap{Before: before, After: after}, Generate: generate}
	middle, ok := strings.CutPrefix(three, before+marks[0]+after)
	if ok {
		middle, ok = strings.CutSuffix(middle, before+marks[2]+after+generate)
	}
	if !ok {
		return nil, fmt.Errorf("%w: its turns depend on each other", ErrUnsupported)
	}
	turns.Assistant.Before, turns.Assistant.After, ok = strings.Cut(middle, marks[1])
	if !ok {
		return nil, fmt.Errorf("%w: it drops what the assistant said", ErrUnsupported)
	}
	return turns, nil
}

// render runs a template over one mark for each role. bos is left out of it: the
// tokenizer puts it in front.
func render(source string, call bool, roles ...string) (string, error) {
	t, err := gonja.FromString(source)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	var messages []map[string]any
	for i, role := range roles {
		messages = append(messages, map[string]any{"role": role, "content": marks[i]})
	}
	out, err := t.ExecuteToString(exec.NewContext(map[string]any{
		"messages": messages, "add_generation_prompt": call, "bos_token": "", "eos_token": "",
	}))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return out, nil
}
