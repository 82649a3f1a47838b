package main

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// A loop over a field that need not be there has no rounds where it is not: templates of KubeVela rely on that, and today's CUE
// refuses it. Only fields that the template itself declares as optional are meant, so that a wrong name stays an error.
func guardLoops(file *ast.File) {
	optional := optionalNames(file)
	if len(optional) == 0 {
		return
	}
	ast.Walk(file, func(node ast.Node) bool {
		comprehension, ok := node.(*ast.Comprehension)
		if !ok {
			return true
		}
		var guarded []ast.Clause
		for _, clause := range comprehension.Clauses {
			if loop, ok := clause.(*ast.ForClause); ok && mayLack(loop.Source, optional) {
				isThere := ast.NewBinExpr(token.NEQ, loop.Source, &ast.BottomLit{})
				guarded = append(guarded, &ast.IfClause{If: loop.For, Condition: isThere})
			}
			guarded = append(guarded, clause)
		}
		comprehension.Clauses = guarded
		return true
	}, nil)
}

func optionalNames(file *ast.File) map[string]bool {
	found := map[string]bool{}
	ast.Walk(file, func(node ast.Node) bool {
		if field, ok := node.(*ast.Field); ok && field.Constraint == token.OPTION {
			found[nameOf(field)] = true
		}
		return true
	}, nil)
	delete(found, "")
	return found
}

// Whether a path such as `parameter.volumes` or `v["items"]` leads over one of the fields.
func mayLack(path ast.Expr, optional map[string]bool) bool {
	switch path := path.(type) {
	case *ast.SelectorExpr:
		name, _, err := ast.LabelName(path.Sel)
		return err == nil && optional[name] || mayLack(path.X, optional)
	case *ast.IndexExpr:
		name, ok := path.Index.(*ast.BasicLit)
		if !ok || name.Kind != token.STRING {
			return mayLack(path.X, optional)
		}
		text, _, err := ast.LabelName(name)
		return err == nil && optional[text] || mayLack(path.X, optional)
	}
	return false
}
