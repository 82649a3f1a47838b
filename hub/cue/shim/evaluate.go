package main

import (
	"encoding/json"
	"fmt"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	cuejson "cuelang.org/go/encoding/json"
)

// A template and what it is filled with.
type programRequest struct {
	Template  string          `json:"template"`
	Context   json.RawMessage `json:"context"`
	Parameter json.RawMessage `json:"parameter"`
	// What is asked for is not what the template comes to, but the schema of its parameter.
	Schema bool `json:"schema"`
	// Of the workload, too, it is told where each value stands.
	Places bool `json:"places"`
}

// What is wrong. Faults of the parameter have paths that begin at it.
type refusal struct {
	Faults      []fault `json:"faults"`
	OfParameter bool    `json:"ofParameter"`
}

// The members of a template that are its result, and whether their values need what is known beside them.
var results = []struct {
	name    string
	facts   bool
	isPatch bool
	isNamed bool
}{
	{"output", true, false, false},
	{"outputs", true, false, true},
	{"patch", true, true, false},
	{"patchOutputs", true, true, true},
	{"errs", false, false, false},
}

// An evaluation leaves its templates in its context; a new context begins when it holds so many.
const mostTemplates = 32

type session struct {
	context   *cue.Context
	templates map[string]*template
}

var current *session

// The context of an evaluation keeps all that it ever computed, so it is used for some evaluations only.
const mostEvaluations = 200

var evaluations int

func sessionNow() *session {
	if current == nil || evaluations >= mostEvaluations || len(current.templates) >= mostTemplates {
		current = &session{context: cuecontext.New(), templates: map[string]*template{}}
		evaluations = 0
	}
	evaluations++
	return current
}

// The answer to a request, both as JSON. A program that makes the evaluator fail gets a fault, and a fresh context follows.
func answerTo(text []byte) (answer []byte) {
	defer func() {
		if failure := recover(); failure != nil {
			current = nil
			answer = refused(refusal{Faults: []fault{{Message: fmt.Sprintf("the evaluator failed: %v", failure)}}})
		}
	}()
	var wanted programRequest
	if err := json.Unmarshal(text, &wanted); err != nil {
		return refused(refusal{Faults: []fault{{Message: "the request is not readable: " + err.Error()}}})
	}
	own := sessionNow()
	known, err := own.compiled(wanted.Template)
	if err != nil {
		return refused(refusal{Faults: faultsOf(err)})
	}
	run := own.run
	if wanted.Schema {
		run = func(known *template, _ programRequest) ([]byte, *refusal) { return known.describe() }
	}
	answer, refusal := run(known, wanted)
	// Templates of older releases of CUE add lists with +: what the evaluator refuses of that is written as it is now.
	for refusal != nil && known.rewriteSums(refusal.Faults) {
		known.value = own.context.BuildFile(known.file)
		answer, refusal = run(known, wanted)
	}
	if refusal != nil {
		return refused(*refusal)
	}
	return answer
}

func (own *session) run(known *template, wanted programRequest) ([]byte, *refusal) {
	data, err := own.data(wanted)
	if err != nil {
		return nil, &refusal{Faults: faultsOf(err)}
	}
	value := known.value.Unify(data)
	parameter := value.LookupPath(cue.ParsePath("parameter"))
	if value.Err() != nil {
		return nil, refusalOf(parameter, value, value.Err())
	}
	out := &emitter{}
	out.text = append(out.text, `{"value":{`...)
	isFirst := true
	for _, result := range results {
		found := value.LookupPath(cue.MakePath(cue.Str(result.name)))
		if !found.Exists() {
			continue
		}
		if !isFirst {
			out.text = append(out.text, ',')
		}
		isFirst = false
		out.key(result.name)
		out.withFacts, out.withPlaces = result.facts, result.isPatch || wanted.Places
		path := []any{result.name}
		wrong, err := found, error(nil)
		if result.isNamed {
			wrong, err = out.emitNamed(found, path)
		} else {
			err = out.emit(found, path)
		}
		if err != nil {
			return nil, refusalOf(parameter, wrong, err)
		}
	}
	out.text = append(out.text, '}')
	if err := out.addFacts(); err != nil {
		return nil, &refusal{Faults: faultsOf(err)}
	}
	return append(out.text, '}'), nil
}

func (own *session) data(wanted programRequest) (cue.Value, error) {
	context, err := cuejson.Extract("context", wanted.Context)
	if err != nil {
		return cue.Value{}, err
	}
	parameter, err := cuejson.Extract("parameter", wanted.Parameter)
	if err != nil {
		return cue.Value{}, err
	}
	built := own.context.BuildExpr(ast.NewStruct("context", context, "parameter", parameter))
	return built, built.Err()
}

// What is wrong: the parameter where anything is wrong with it, else all that is wrong with a value.
func refusalOf(parameter, value cue.Value, err error) *refusal {
	if found := parameter.Validate(cue.Concrete(true)); found != nil {
		return &refusal{Faults: faultsOf(found), OfParameter: true}
	}
	if found := value.Validate(cue.Concrete(true)); found != nil {
		return &refusal{Faults: faultsOf(found)}
	}
	return &refusal{Faults: faultsOf(errors.Promote(err, ""))}
}

func refused(what refusal) []byte {
	text, err := json.Marshal(what)
	if err != nil {
		return []byte(`{"faults":[{"path":[],"message":"the faults cannot be told","places":[]}],"ofParameter":false}`)
	}
	return text
}
