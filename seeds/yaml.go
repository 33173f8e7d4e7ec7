package seeds

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// readDocument reads a YAML file into a struct and notes what is wrong. Unlike
// a decoder it finds all mistakes, each with its line, and keeps numbers as they
// were written.
func readDocument[T any](r *reader, file string) T {
	var document T
	content, ok := r.bytes(file)
	if !ok {
		return document
	}
	parsed, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line := 0
		if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
			line = e.GetToken().Position.Line
		}
		r.unreadable(file, line, "susunan YAML tidak terbaca",
			"Periksa lekukan, titik dua, dan tanda kutip di sekitar baris itu")
		return document
	}
	if len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		r.unreadable(file, 0, "berkas kosong atau berisi lebih dari satu dokumen", "Tulis satu dokumen tanpa garis pemisah ---")
		return document
	}
	b := binder{r, file}
	b.bind(parsed.Docs[0].Body, reflect.ValueOf(&document).Elem(), "isi berkas")
	return document
}

// binder moves the nodes of one file into structs.
type binder struct {
	*reader
	file string
}

// bind fills v, which is a text, a list, a struct, a pointer to one, or a map of
// texts, from the node called name.
func (b binder) bind(node ast.Node, v reflect.Value, name string) {
	if _, empty := node.(*ast.NullNode); empty {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if text, ok := b.scalar(node, name); ok {
			v.SetString(b.text(b.file, lineOf(node), name, text))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		b.bind(node, v.Elem(), name)
	case reflect.Slice:
		b.list(node, v, name)
	case reflect.Map:
		b.texts(node, v, name)
	default:
		b.mapping(node, v, name)
	}
}

func (b binder) list(node ast.Node, v reflect.Value, name string) {
	items, ok := node.(*ast.SequenceNode)
	if !ok {
		if v.Type().Elem().Kind() == reflect.String { // one text is a list of one
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			b.bind(node, v.Index(0), name)
			return
		}
		b.wrong(node, name, "daftar", "Awali setiap isinya dengan tanda hubung")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items.Values), len(items.Values)))
	for i, item := range items.Values {
		b.bind(item, v.Index(i), name)
	}
}

func (b binder) mapping(node ast.Node, v reflect.Value, name string) {
	row := v.Addr().Interface().(placed)
	row.place(lineOf(node), nil)
	entries, ok := node.(ast.MapNode)
	if !ok {
		b.wrong(node, name, "kumpulan kunci dan nilai", "Tulis seperti “kunci: nilai”")
		return
	}
	fields := fieldsOf(v.Type())
	lines := map[string]int{}
	for e := entries.MapRange(); e.Next(); {
		key, line := keyOf(e.Key()), lineOf(e.Key())
		at := slices.IndexFunc(fields, func(f field) bool { return f.name == key })
		if at < 0 {
			names := make([]string, len(fields))
			for i, f := range fields {
				names[i] = f.name
			}
			b.problems.add(b.file, line, "kunci "+quote(key)+" tidak dikenal", "Pakai salah satu: "+strings.Join(names, ", "))
			continue
		}
		if b.twice(key, line, lines) {
			continue
		}
		b.bind(e.Value(), v.Field(fields[at].index), key)
	}
	row.place(lineOf(node), lines)
	b.check(b.file, row)
}

func (b binder) texts(node ast.Node, v reflect.Value, name string) {
	entries, ok := node.(ast.MapNode)
	if !ok {
		b.wrong(node, name, "kumpulan kunci dan nilai", "Tulis seperti “kunci: nilai”")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	lines := map[string]int{}
	for e := entries.MapRange(); e.Next(); {
		key, line := keyOf(e.Key()), lineOf(e.Key())
		if b.twice(key, line, lines) {
			continue
		}
		if text, ok := b.scalar(e.Value(), key); ok {
			v.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(b.text(b.file, line, key, text)))
		}
	}
}

// twice notes a key that was there before.
func (b binder) twice(key string, line int, lines map[string]int) bool {
	if first, ok := lines[key]; ok {
		b.problems.add(b.file, line, fmt.Sprintf("kunci %s sudah ada pada baris %d", quote(key), first), "Sisakan satu")
		return true
	}
	lines[key] = line
	return false
}

// scalar returns the text of a node, numbers as they were written.
func (b binder) scalar(node ast.Node, name string) (string, bool) {
	switch n := node.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	}
	b.wrong(node, name, "satu nilai", "Tulis satu nilai saja; apit dengan tanda kutip bila perlu")
	return "", false
}

func (b binder) wrong(node ast.Node, name, wanted, fix string) {
	b.problems.add(b.file, lineOf(node), fmt.Sprintf("%s seharusnya %s", name, wanted), fix)
}

func keyOf(key ast.MapKeyNode) string { return key.GetToken().Value }

// lineOf returns the line a node begins on. A mapping's own token is the colon
// of its first entry, so the key tells.
func lineOf(node ast.Node) int {
	if entries, ok := node.(ast.MapNode); ok {
		if e := entries.MapRange(); e.Next() {
			return e.Key().GetToken().Position.Line
		}
	}
	return node.GetToken().Position.Line
}
