// Package ask turns a question in words into a task and the established result back into words: model, tokenizer,
// screening, price, post, watch. It is what `aichaind infer` and the gateway run; package client is beneath it.
//
// A question never pays twice: it is posted under a client_ref, and asking again under the same one resumes the
// first task, after checking that it is the same question. Start at Asker.Ask.
package ask
