package server

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestEachPageHasItsOwnDefinitionsInTheSharedFrame(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	r, err := newRenderer(fstest.MapFS{
		"layout.html":          file(`{{define "layout"}}<p>{{template "head" .}}|{{if .}}{{template "main" .}}{{else}}{{template "none"}}{{end}}</p>{{end}}`),
		"components/head.html": file(`{{define "head"}}head{{end}}{{define "list"}}{{range .}}{{template "row" .}}{{end}}{{end}}{{define "row"}}({{.}}){{end}}{{define "none"}}none{{end}}`),
		"pages/a.html":         file(`{{define "main"}}a{{template "list" .}}{{end}}`),
		"pages/b.html":         file(`{{define "main"}}b{{template "list" .}}{{end}}{{define "row"}}[{{.}}]{{end}}{{define "none"}}nothing{{end}}`),
		"pages/c.html":         file(`{{define "layout"}}c{{template "main" .}}{{end}}{{define "main"}}{{with .}}{{template "row" .}}{{end}}{{end}}`),
	}, new(assets), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		page string
		data any
		want string
	}{
		{"a", []string{"<x>", "y"}, "<p>head|a(&lt;x&gt;)(y)</p>"},
		{"a", []string(nil), "<p>head|none</p>"},
		{"b", []string{"<x>", "y"}, "<p>head|b[&lt;x&gt;][y]</p>"},
		{"b", []string(nil), "<p>head|nothing</p>"},
		{"c", "<x>", "c(&lt;x&gt;)"},
		{"a", []string{"z"}, "<p>head|a(z)</p>"},
	} {
		var b strings.Builder
		if err := r.render(&b, tt.page, tt.data); err != nil || b.String() != tt.want {
			t.Errorf("page %s of %q is %q, want %q (%v)", tt.page, tt.data, b.String(), tt.want, err)
		}
	}
	if err := r.render(new(strings.Builder), "d", nil); err == nil {
		t.Error("a page that is not there is rendered")
	}
}

func TestAPageWithoutAFrameStopsTheProgram(t *testing.T) {
	t.Parallel()
	_, err := newRenderer(fstest.MapFS{
		"layout.html":       {Data: []byte(`{{define "head"}}{{end}}`)},
		"components/x.html": {Data: []byte(`{{define "x"}}{{end}}`)},
		"pages/a.html":      {Data: []byte(`{{define "main"}}{{end}}`)},
	}, new(assets), time.UTC)
	if err == nil || !strings.Contains(err.Error(), "pages/a.html") {
		t.Errorf("the error is %v, want one that names the page", err)
	}
}
