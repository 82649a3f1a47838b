package main

import (
	"encoding/json"
	"regexp"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// What is known of a field or an item beside its value.
type fact struct {
	Path []any `json:"path"`
	// What `+patchKey` and `+patchStrategy` above the field say.
	PatchKey string `json:"patchKey,omitempty"`
	Strategy string `json:"patchStrategy,omitempty"`
	// The value is a default: another one may take its place.
	IsDefault bool `json:"isDefault,omitempty"`
	// The list may have more items.
	IsOpen bool `json:"isOpen,omitempty"`
	// What each further item of an open list is, where the template writes that: `[...{a: 1}]`.
	Rest json.RawMessage `json:"rest,omitempty"`
	// Where a value that is neither a list nor a struct stands, in a patch.
	Place *place `json:"place,omitempty"`
	// The path of the property that it is, where it is one as it was given.
	Property []any `json:"property,omitempty"`
}

// Writes values as JSON, fields in the order of the source, and gathers facts.
type emitter struct {
	text      []byte
	facts     []fact
	withFacts bool
	// In a patch: what conflicts with something else is told with its place.
	withPlaces bool
	// The property that the value around this one is, and how deep that is.
	around      []any
	aroundDepth int
}

func (out *emitter) key(name string) {
	text, _ := json.Marshal(name)
	out.text = append(append(out.text, text...), ':')
}

func (out *emitter) emit(value cue.Value, path []any) error {
	concrete, isDefault := value.Default()
	switch concrete.Kind() {
	case cue.StructKind:
		out.note(value, fact{Path: path, IsDefault: isDefault})
		defer out.within(value, path)()
		return out.emitFields(concrete, path)
	case cue.ListKind:
		// Of every list the library says that it is a default.
		found := fact{Path: path, IsOpen: out.withFacts && value.Allows(cue.AnyIndex)}
		if found.IsOpen && out.withPlaces {
			found.Rest = restOf(value)
		}
		out.note(value, found)
		defer out.within(value, path)()
		return out.emitItems(concrete, path)
	default:
		out.note(value, fact{Path: path, IsDefault: isDefault})
		text, err := concrete.MarshalJSON()
		out.text = append(out.text, text...)
		return err
	}
}

// Writes named values of which some may never be: a condition over what is not given makes none of them, as in KubeVela. What
// cannot be written is the named value that is wrong.
func (out *emitter) emitNamed(value cue.Value, path []any) (wrong cue.Value, err error) {
	if value.Kind() != cue.BottomKind || value.Validate() != nil {
		return value, out.emit(value, path)
	}
	fields, err := value.Fields()
	for err == nil && fields.Next() {
		if err := (&emitter{}).emit(fields.Value(), nil); err != nil {
			return fields.Value(), err
		}
	}
	return value, out.emitFields(value, path)
}

func (out *emitter) emitFields(value cue.Value, path []any) error {
	fields, err := value.Fields()
	if err != nil {
		return err
	}
	out.text = append(out.text, '{')
	for isFirst := true; fields.Next(); isFirst = false {
		if !isFirst {
			out.text = append(out.text, ',')
		}
		name := fields.Selector().Unquoted()
		out.key(name)
		if err := out.emit(fields.Value(), append(path[:len(path):len(path)], name)); err != nil {
			return err
		}
	}
	out.text = append(out.text, '}')
	return nil
}

func (out *emitter) emitItems(value cue.Value, path []any) error {
	items, err := value.List()
	if err != nil {
		return err
	}
	out.text = append(out.text, '[')
	for index := 0; items.Next(); index++ {
		if index > 0 {
			out.text = append(out.text, ',')
		}
		if err := out.emit(items.Value(), append(path[:len(path):len(path)], index)); err != nil {
			return err
		}
	}
	out.text = append(out.text, ']')
	return nil
}

var tag = regexp.MustCompile(`(?m)^//\s*\+(patchKey|patchStrategy)=(\S+)`)

func (out *emitter) note(value cue.Value, found fact) {
	if !out.withFacts {
		return
	}
	for _, group := range value.Doc() {
		for _, comment := range group.List {
			for _, match := range tag.FindAllStringSubmatch(comment.Text, -1) {
				if match[1] == "patchKey" {
					found.PatchKey = match[2]
				} else {
					found.Strategy = match[2]
				}
			}
		}
	}
	if kind := value.IncompleteKind(); out.withPlaces && kind&(cue.StructKind|cue.ListKind) == 0 {
		if at := value.Pos(); at.IsValid() && at.Filename() == templateName {
			here := placeOf(at)
			found.Place = &here
		}
		found.Property = propertyOf(value)
		if found.Property == nil && out.around != nil {
			found.Property = slices.Concat(out.around, found.Path[out.aroundDepth:])
		}
	}
	if found.PatchKey != "" || found.Strategy != "" || found.IsDefault || found.IsOpen || found.Place != nil || found.Property != nil {
		out.facts = append(out.facts, found)
	}
}

// Notes the property that a struct or list is, for what is in it; the answer is called at its end.
func (out *emitter) within(value cue.Value, path []any) (leave func()) {
	around, depth := out.around, out.aroundDepth
	if property := propertyOf(value); out.withPlaces && property != nil {
		out.around, out.aroundDepth = property, len(path)
	}
	return func() { out.around, out.aroundDepth = around, depth }
}

// The path below `parameter` that a value refers to; nil where it is anything else.
func propertyOf(value cue.Value) []any {
	root, path := value.ReferencePath()
	selectors := path.Selectors()
	if !root.Exists() || len(selectors) < 2 || selectors[0].String() != "parameter" {
		return nil
	}
	steps := []any{}
	for _, selector := range selectors[1:] {
		switch selector.LabelType() {
		case cue.StringLabel:
			steps = append(steps, selector.Unquoted())
		case cue.IndexLabel:
			steps = append(steps, selector.Index())
		default:
			return nil
		}
	}
	return steps
}

// What a list literal says of all further items; nil where that is nothing, or a type: a type changes no item.
func restOf(list cue.Value) json.RawMessage {
	source := list.Source()
	if field, ok := source.(*ast.Field); ok {
		source = field.Value
	}
	literal, ok := source.(*ast.ListLit)
	if !ok || len(literal.Elts) == 0 {
		return nil
	}
	if further, ok := literal.Elts[len(literal.Elts)-1].(*ast.Ellipsis); !ok || further.Type == nil {
		return nil
	}
	out := &emitter{}
	if err := out.emit(list.LookupPath(cue.MakePath(cue.AnyIndex)), nil); err != nil {
		return nil
	}
	return out.text
}

func (out *emitter) addFacts() error {
	if len(out.facts) == 0 {
		return nil
	}
	text, err := json.Marshal(out.facts)
	out.text = append(append(out.text, `,"facts":`...), text...)
	return err
}
