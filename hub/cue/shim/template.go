package main

import (
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// A template that was read and compiled.
type template struct {
	file  *ast.File
	value cue.Value
}

// The name of the template in positions.
const templateName = "template"

// The definition that holds the parameter: definitions are closed, so that a property that is not declared is an error.
const closedParameter = "_#sluiceParameter"

func (own *session) compiled(text string) (*template, error) {
	if known, ok := own.templates[text]; ok {
		return known, nil
	}
	file, err := parser.ParseFile(templateName, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	closeParameter(file)
	moveTags(file)
	guardLoops(file)
	resolve(file)
	made := &template{file: file, value: own.context.BuildFile(file)}
	if err := made.value.Err(); err != nil && made.value.Kind() == cue.BottomKind {
		// What is wrong with the text alone (a name that is not declared) is wrong with every parameter.
		if !made.value.LookupPath(cue.ParsePath("parameter")).Exists() {
			return nil, err
		}
	}
	own.templates[text] = made
	return made, nil
}

// Every declaration of `parameter` becomes one of the closed definition; `context` is declared where it is not.
func closeParameter(file *ast.File) {
	var closed []ast.Decl
	hasContext := false
	for _, decl := range file.Decls {
		field, ok := decl.(*ast.Field)
		if !ok {
			continue
		}
		switch nameOf(field) {
		case "context":
			hasContext = true
		case "parameter":
			closed = append(closed, &ast.Field{Label: ast.NewIdent(closedParameter), Value: field.Value})
			field.Value = ast.NewIdent(closedParameter)
			field.Constraint = token.ILLEGAL
		}
	}
	if len(closed) == 0 {
		closed = append(closed,
			&ast.Field{Label: ast.NewIdent(closedParameter), Value: ast.NewStruct()},
			&ast.Field{Label: ast.NewIdent("parameter"), Value: ast.NewIdent(closedParameter)})
	}
	if !hasContext {
		closed = append(closed, &ast.Field{Label: ast.NewIdent("context"), Value: ast.NewIdent("_")})
	}
	file.Decls = append(file.Decls, closed...)
}

// Binds every name anew: what the parser bound them to may have moved.
func resolve(file *ast.File) {
	ast.Walk(file, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok {
			name.Node, name.Scope = nil, nil
		}
		return true
	}, nil)
	astutil.Resolve(file, func(token.Pos, string, ...any) {})
}

func nameOf(field *ast.Field) string {
	name, _, err := ast.LabelName(field.Label)
	if err != nil {
		return ""
	}
	return name
}

// The tags above `a: b: c: value` belong to the field that is written last; those that make a JSON patch of a whole patch stay, and so
// do words.
func moveTags(file *ast.File) {
	ast.Walk(file, func(node ast.Node) bool {
		field, ok := node.(*ast.Field)
		if !ok {
			return true
		}
		inner, ok := onlyField(field.Value)
		if !ok {
			return true
		}
		var staying, moving []*ast.CommentGroup
		isOfPatch := false
		for _, group := range ast.Comments(field) {
			if text := group.Text(); strings.Contains(text, "+patchStrategy=json") || !strings.Contains(text, "+patch") {
				staying = append(staying, group)
				isOfPatch = isOfPatch || strings.Contains(text, "+patch")
			} else {
				moving = append(moving, group)
			}
		}
		if isOfPatch {
			// The library takes comments for those of the last field, too, unless there are braces.
			braced := field.Value.(*ast.StructLit)
			braced.Lbrace, braced.Rbrace = inner.Pos(), inner.Pos()
		}
		ast.SetComments(field, staying)
		ast.SetComments(inner, append(moving, ast.Comments(inner)...))
		return true
	}, nil)
}

// The field of a struct that is written without braces.
func onlyField(value ast.Expr) (*ast.Field, bool) {
	made, ok := value.(*ast.StructLit)
	if !ok || made.Lbrace.IsValid() || len(made.Elts) != 1 {
		return nil, false
	}
	inner, ok := made.Elts[0].(*ast.Field)
	return inner, ok
}
