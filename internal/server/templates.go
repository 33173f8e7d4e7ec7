package server

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	texttemplate "text/template"
	syntax "text/template/parse"
	"time"
)

// frameName is the template that a page starts with.
const frameName = "layout"

// newRenderer parses the frames, the components and every page. All are one set, so that a
// component is there once and not again for every page that it might be used on; what a page
// defines, and the frame around it, has the name of the page in its own. A broken template
// stops the program, not a visitor. zone is the zone in which moments are shown.
func newRenderer(files fs.FS, a *assets, zone *time.Location) (*renderer, error) {
	funcs := templateFuncs(a, zone)
	set, err := template.New("").Option("missingkey=error").Funcs(funcs).ParseFS(files, "*.html", "components/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout and components: %w", err)
	}
	shared := map[string]*syntax.Tree{}
	for _, t := range set.Templates() {
		shared[t.Name()] = t.Tree
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	r := &renderer{pages: map[string]*template.Template{}}
	for _, file := range names {
		page := strings.TrimSuffix(path.Base(file), ".html")
		parsed, err := texttemplate.New(page).Funcs(texttemplate.FuncMap(funcs)).ParseFS(files, file)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", file, err)
		}
		p := pageTrees{page: page, shared: shared, own: map[string]*syntax.Tree{}, differs: map[string]bool{}, added: map[string]bool{}}
		for _, t := range parsed.Templates() {
			p.own[t.Name()] = t.Tree
		}
		if err := p.add(set, frameName); err != nil {
			return nil, fmt.Errorf("add %s: %w", file, err)
		}
		if r.pages[page] = set.Lookup(p.name(frameName)); r.pages[page] == nil {
			return nil, fmt.Errorf("%s has no %s", file, frameName)
		}
	}
	return r, nil
}

// pageTrees are the templates of one page: those it defines itself, which go before the
// shared ones of the same name, and the shared ones.
type pageTrees struct {
	page        string
	own, shared map[string]*syntax.Tree
	differs     map[string]bool // what isOwn has found, or is looking at
	added       map[string]bool
}

// isOwn reports whether a template is another one on this page than on others: the page
// defines it, or something that it calls.
func (p *pageTrees) isOwn(name string) bool {
	if p.own[name] != nil {
		return true
	}
	if differs, seen := p.differs[name]; seen {
		return differs
	}
	p.differs[name] = false
	if tree := p.shared[name]; tree != nil {
		differs := false
		eachCall(tree.Root, func(call *syntax.TemplateNode) { differs = differs || p.isOwn(call.Name) })
		p.differs[name] = differs
	}
	return p.differs[name]
}

// name is what a template is called in the set.
func (p *pageTrees) name(name string) string {
	if p.isOwn(name) {
		return name + " of " + p.page
	}
	return name
}

// add puts a template and all that it calls into the set, as far as they are the page's own.
func (p *pageTrees) add(set *template.Template, name string) error {
	if !p.isOwn(name) || p.added[name] {
		return nil
	}
	p.added[name] = true
	tree := p.own[name]
	if tree == nil {
		tree = p.shared[name]
	}
	tree = tree.Copy()
	var called []string
	eachCall(tree.Root, func(call *syntax.TemplateNode) {
		called = append(called, call.Name)
		call.Name = p.name(call.Name)
	})
	if _, err := set.AddParseTree(p.name(name), tree); err != nil {
		return err
	}
	for _, name := range called {
		if err := p.add(set, name); err != nil {
			return err
		}
	}
	return nil
}

// eachCall shows f every call of a template under a node.
func eachCall(node syntax.Node, f func(*syntax.TemplateNode)) {
	branch := func(b *syntax.BranchNode) {
		eachCall(b.List, f)
		eachCall(b.ElseList, f)
	}
	switch n := node.(type) {
	case *syntax.ListNode:
		if n == nil {
			return // no else
		}
		for _, child := range n.Nodes {
			eachCall(child, f)
		}
	case *syntax.IfNode:
		branch(&n.BranchNode)
	case *syntax.RangeNode:
		branch(&n.BranchNode)
	case *syntax.WithNode:
		branch(&n.BranchNode)
	case *syntax.TemplateNode:
		f(n)
	}
}
