package main

import (
	"encoding/json"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// Nodes of a schema, and how deep they nest: a definition may refer to itself. What is beyond may be anything.
const (
	mostNodes = 4000
	deepest   = 12
)

// A JSON Schema. Members of a struct say in "place" where the template declares them.
type schema map[string]any

// Describes values as JSON Schemas.
type describer struct {
	nodes int
}

// The schema of the parameter of a template, as an answer; templates without one take an empty struct.
func (known *template) describe() ([]byte, *refusal) {
	parameter := known.value.LookupPath(cue.ParsePath("parameter"))
	if err := parameter.Err(); err != nil && !parameter.Exists() {
		return nil, &refusal{Faults: faultsOf(err)}
	}
	text, err := json.Marshal(map[string]any{"value": schema{"schema": (&describer{}).of(cue.Dereference(parameter), 0)}})
	if err != nil {
		return nil, &refusal{Faults: faultsOf(err)}
	}
	return text, nil
}

func (d *describer) of(value cue.Value, depth int) schema {
	d.nodes++
	if depth > deepest || d.nodes > mostNodes {
		return schema{}
	}
	made := d.shape(value, depth)
	if _, isOnly := made["const"]; isOnly {
		return made
	}
	// Of every list and struct the library says that it is a default.
	if standard, ok := value.Default(); ok && standard.IsConcrete() && standard.Kind()&(cue.ListKind|cue.StructKind) == 0 {
		if text, err := standard.MarshalJSON(); err == nil {
			made["default"] = json.RawMessage(text)
		}
	}
	return made
}

func (d *describer) shape(value cue.Value, depth int) schema {
	op, args := value.Expr()
	if op == cue.OrOp {
		return d.alternatives(args, depth)
	}
	if op == cue.NoOp && len(args) == 1 && value.IncompleteKind() == cue.ListKind {
		// Without the default that is one of the others: an empty list would be all that is known.
		value = args[0]
	}
	switch kind := value.IncompleteKind(); kind {
	case cue.StructKind:
		return d.fields(value, depth)
	case cue.ListKind:
		return d.items(value, depth)
	default:
		return d.scalar(value, kind, depth)
	}
}

var bounds = map[cue.Op]string{
	cue.GreaterThanEqualOp: "minimum",
	cue.LessThanEqualOp:    "maximum",
	cue.GreaterThanOp:      "exclusiveMinimum",
	cue.LessThanOp:         "exclusiveMaximum",
	cue.RegexMatchOp:       "pattern",
}

func (d *describer) scalar(value cue.Value, kind cue.Kind, depth int) schema {
	op, args := value.Expr()
	if op == cue.AndOp {
		return d.both(args, kind, depth)
	}
	made := typed(kind)
	if name, ok := bounds[op]; ok && len(args) == 1 {
		if text, err := args[0].MarshalJSON(); err == nil {
			made[name] = json.RawMessage(text)
		}
		return made
	}
	if op == cue.NotEqualOp && len(args) == 1 {
		if text, err := args[0].MarshalJSON(); err == nil {
			made["not"] = schema{"const": json.RawMessage(text)}
		}
		return made
	}
	if value.IsConcrete() && kind != cue.BottomKind {
		if text, err := value.MarshalJSON(); err == nil {
			return schema{"const": json.RawMessage(text)}
		}
	}
	return made
}

// A value that is all of some: the type is that of the whole, and what each says beside it counts.
func (d *describer) both(args []cue.Value, kind cue.Kind, depth int) schema {
	made := schema{}
	for _, arg := range args {
		for name, said := range d.shape(arg, depth+1) {
			made[name] = said
		}
	}
	for name, said := range typed(kind) {
		made[name] = said
	}
	return made
}

var types = []struct {
	kind cue.Kind
	name string
}{
	{cue.StringKind, "string"}, {cue.BytesKind, "string"}, {cue.BoolKind, "boolean"}, {cue.NullKind, "null"},
	{cue.StructKind, "object"}, {cue.ListKind, "array"},
}

func typed(kind cue.Kind) schema {
	if kind == cue.TopKind || kind == cue.BottomKind {
		return schema{}
	}
	names := []string{}
	for _, one := range types {
		if kind&one.kind != 0 && (len(names) == 0 || names[len(names)-1] != one.name) {
			names = append(names, one.name)
		}
	}
	if kind&cue.FloatKind != 0 {
		names = append(names, "number")
	} else if kind&cue.IntKind != 0 {
		names = append(names, "integer")
	}
	if len(names) == 1 {
		return schema{"type": names[0]}
	}
	return schema{"type": names}
}

func (d *describer) alternatives(args []cue.Value, depth int) schema {
	if len(args) == 1 {
		return d.of(args[0], depth+1)
	}
	seen := map[string]bool{}
	var all []schema
	var words []any
	for _, arg := range args {
		one := d.shape(arg, depth+1)
		text, err := json.Marshal(one)
		if err != nil || seen[string(text)] {
			continue
		}
		seen[string(text)] = true
		all = append(all, one)
		if word, ok := one["const"]; ok {
			words = append(words, word)
		}
	}
	if len(words) == len(all) {
		return schema{"enum": words}
	}
	if len(all) == 1 {
		return all[0]
	}
	return schema{"anyOf": all}
}

func (d *describer) items(value cue.Value, depth int) schema {
	made := schema{"type": "array"}
	if each := value.LookupPath(cue.MakePath(cue.AnyIndex)); each.Exists() {
		made["items"] = d.of(each, depth+1)
	}
	return made
}

func (d *describer) fields(value cue.Value, depth int) schema {
	made := schema{"type": "object"}
	members, required := schema{}, []string{}
	fields, err := value.Fields(cue.Optional(true))
	if err != nil || hasChoice(value) {
		return d.parts(value, depth)
	}
	for fields.Next() {
		name, field := fields.Selector().Unquoted(), fields.Value()
		said, isShown := descriptionOf(field)
		if !isShown {
			continue
		}
		one := d.of(field, depth+1)
		if said != "" {
			one["description"] = said
		}
		if at := field.Pos(); at.IsValid() && at.Filename() == templateName {
			one["place"] = placeOf(at)
		}
		members[name] = one
		if isRequired(fields.FieldType(), field) {
			required = append(required, name)
		}
	}
	if len(members) > 0 {
		made["properties"] = members
	}
	if len(required) > 0 {
		made["required"] = required
	}
	if each := value.LookupPath(cue.MakePath(cue.AnyString)); each.Exists() {
		made["additionalProperties"] = d.of(each, depth+1)
	} else if len(members) > 0 && !mayHaveMore(value) {
		// A parameter is closed, whatever it is a sum of.
		made["additionalProperties"] = false
	}
	return made
}

func hasChoice(value cue.Value) bool {
	op, args := value.Expr()
	return op == cue.OrOp || op == cue.AndOp && slices.ContainsFunc(args, hasChoice)
}

// True for a struct of which not all members are listed: it says of some names what they are, or adds members where something is so.
func mayHaveMore(value cue.Value) bool {
	op, args := value.Expr()
	if op == cue.AndOp {
		return slices.ContainsFunc(args, mayHaveMore)
	}
	node := value.Source()
	if field, ok := node.(*ast.Field); ok {
		node = field.Value
	}
	made, ok := node.(*ast.StructLit)
	return ok && slices.ContainsFunc(made.Elts, func(decl ast.Decl) bool {
		if _, isCondition := decl.(*ast.Comprehension); isCondition {
			return true
		}
		field, ok := decl.(*ast.Field)
		if !ok {
			return false
		}
		_, isPattern := field.Label.(*ast.ListLit)
		return isPattern
	})
}

// A struct with a choice in it: every part counts, and none alone says what else there may be.
func (d *describer) parts(value cue.Value, depth int) schema {
	op, args := value.Expr()
	if op != cue.AndOp || len(args) < 2 {
		return schema{"type": "object"}
	}
	all := []schema{}
	for _, arg := range args {
		all = append(all, open(d.of(arg, depth+1)))
	}
	return schema{"type": "object", "allOf": all}
}

func open(closed schema) schema {
	delete(closed, "additionalProperties")
	for _, name := range []string{"anyOf", "allOf"} {
		if branches, ok := closed[name].([]schema); ok {
			for _, branch := range branches {
				open(branch)
			}
		}
	}
	return closed
}

// What need not be written is optional, has a default, or is a list or struct that may be empty.
func isRequired(kind cue.SelectorType, field cue.Value) bool {
	switch kind.ConstraintType() {
	case cue.OptionalConstraint:
		return false
	case cue.RequiredConstraint:
		return true
	}
	return field.Validate(cue.Concrete(true)) != nil
}

// The words above a field, without those for tools; false for one that tools are told to leave out.
func descriptionOf(field cue.Value) (string, bool) {
	lines := []string{}
	for _, group := range field.Doc() {
		for _, line := range linesOf(group) {
			if line == "+ignore" {
				return "", false
			}
			if said, ok := strings.CutPrefix(line, "+usage="); ok {
				line = said
			}
			if line != "" && !strings.HasPrefix(line, "+") {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, " "), true
}

func linesOf(group *ast.CommentGroup) []string {
	lines := strings.Split(group.Text(), "\n")
	for index, line := range lines {
		lines[index] = strings.TrimSpace(line)
	}
	return lines
}
