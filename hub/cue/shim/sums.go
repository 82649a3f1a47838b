package main

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/token"
)

const (
	sumOfLists   = "Addition of lists is superseded"
	timesOfLists = "Multiplication of lists is superseded"
)

// Rewrites the additions and multiplications of lists that faults name to calls of list.Concat and list.Repeat: those at their
// places, and where they have none, those in fields of that name. True where there was one that was not rewritten before.
func (known *template) rewriteSums(faults []fault) bool {
	places, fields := map[place]bool{}, map[string]bool{}
	for _, one := range faults {
		if !strings.Contains(one.Message, sumOfLists) && !strings.Contains(one.Message, timesOfLists) {
			continue
		}
		for _, at := range one.Places {
			places[at] = true
		}
		if len(one.Places) == 0 && len(one.Path) > 0 {
			fields[one.Path[len(one.Path)-1]] = true
		}
	}
	if len(places) == 0 && len(fields) == 0 {
		return false
	}
	list := listPackage(known.file)
	isChanged := false
	// How many fields around the node are among those that are named.
	inside := 0
	enter := func(cursor astutil.Cursor) bool {
		if field, ok := cursor.Node().(*ast.Field); ok && fields[nameOf(field)] {
			inside++
		}
		return true
	}
	leave := func(cursor astutil.Cursor) bool {
		switch node := cursor.Node().(type) {
		case *ast.Field:
			if fields[nameOf(node)] {
				inside--
			}
		case *ast.BinaryExpr:
			isNamed := places[placeOf(node.Pos())] || places[placeOf(node.OpPos)] || inside > 0
			if rewritten := ofLists(node, list); isNamed && rewritten != nil {
				cursor.Replace(rewritten)
				isChanged = true
			}
		}
		return true
	}
	astutil.Apply(known.file, enter, leave)
	resolve(known.file)
	return isChanged
}

// The call that a sum or product of lists is written as today; nil for what is none.
func ofLists(binary *ast.BinaryExpr, list *ast.ImportSpec) ast.Expr {
	if isScalar(binary.X) && isScalar(binary.Y) || binary.Op == token.ADD && (isScalar(binary.X) || isScalar(binary.Y)) {
		return nil
	}
	switch binary.Op {
	case token.ADD:
		return call(list, "Concat", ast.NewList(binary.X, binary.Y))
	case token.MUL:
		if isScalar(binary.X) {
			return call(list, "Repeat", binary.Y, binary.X)
		}
		return call(list, "Repeat", binary.X, binary.Y)
	}
	return nil
}

func isScalar(value ast.Expr) bool {
	switch value.(type) {
	case *ast.BasicLit, *ast.Interpolation:
		return true
	}
	return false
}

func call(list *ast.ImportSpec, name string, args ...ast.Expr) ast.Expr {
	return ast.NewCall(ast.NewSel(ast.NewIdent(list.Name.Name), name), args...)
}

const listName = "sluice_list"

// The import of the package of lists under a name of our own.
func listPackage(file *ast.File) *ast.ImportSpec {
	for _, spec := range file.Imports {
		if spec.Name != nil && spec.Name.Name == listName {
			return spec
		}
	}
	spec := ast.NewImport(ast.NewIdent(listName), "list")
	decl := &ast.ImportDecl{Specs: []*ast.ImportSpec{spec}}
	at := 0
	for index, other := range file.Decls {
		switch other.(type) {
		case *ast.Package, *ast.ImportDecl, *ast.CommentGroup, *ast.Attribute:
			at = index + 1
			continue
		}
		break
	}
	file.Decls = append(file.Decls[:at:at], append([]ast.Decl{decl}, file.Decls[at:]...)...)
	file.Imports = append(file.Imports, spec)
	return spec
}
