package main

import (
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"
)

// A place in the template.
type place struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// What is wrong at a path. Message is the evaluator's, Kind its pattern; Places are those in the template.
type fault struct {
	Path    []string `json:"path"`
	Kind    string   `json:"kind"`
	Message string   `json:"message"`
	Places  []place  `json:"places"`
}

// Faults that are told at most.
const mostFaults = 64

// The most bytes of a message.
const longestMessage = 2048

func faultsOf(err error) []fault {
	found := []fault{}
	for _, one := range errors.Errors(err) {
		if len(found) == mostFaults {
			break
		}
		cause := causeOf(one)
		kind, args := cause.Msg()
		message := errors.NewMessage(kind, args)
		text := message.Error()
		if len(text) > longestMessage {
			text = text[:longestMessage]
		}
		found = append(found, fault{Path: pathOf(one), Kind: kind, Message: text, Places: placesOf(cause)})
	}
	return found
}

// What is wrong inside of what the evaluator says first: of an interpolation it says only that it is invalid.
func causeOf(one errors.Error) errors.Error {
	if kind, _ := one.Msg(); kind != "invalid interpolation" {
		return one
	}
	inner, ok := errors.Unwrap(one).(errors.Error)
	if !ok {
		return one
	}
	return causeOf(inner)
}

func pathOf(one errors.Error) []string {
	path := []string{}
	for _, step := range one.Path() {
		if text, err := literal.Unquote(step); err == nil {
			step = text
		}
		path = append(path, step)
	}
	return path
}

func placesOf(one errors.Error) []place {
	places := []place{}
	add := func(at token.Pos) {
		if at.IsValid() && at.Filename() == templateName {
			found := placeOf(at)
			for _, other := range places {
				if other == found {
					return
				}
			}
			places = append(places, found)
		}
	}
	add(one.Position())
	for _, at := range one.InputPositions() {
		add(at)
	}
	return places
}

func placeOf(at token.Pos) place {
	position := at.Position()
	return place{Line: position.Line, Column: position.Column}
}
