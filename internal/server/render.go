package server

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"time"

	"petajalan/internal/chart"
)

// Page is what every page has. Each page struct embeds it.
type Page struct {
	Title       string   // of the window; the name of the site is added
	Description string   // one sentence for search engines; empty on internal pages
	Path        string   // address of the page, without query
	Nav         string   // part of the site it belongs to: the Path of an entry of the menu
	Edition     *edition // nil on internal pages, and while nothing is published
	Demo        bool     // figures are invented: DATA PERAGAAN
	Example     bool     // the plan shown is an example, not the official annex
	Work        bool     // a page of the workspace, which has a style sheet of its own
	Lang        string   // language of the page; empty: Indonesian
	Card        string   // address of the picture of a preview, without the edition; empty: that of the city
	NoIndex     bool     // search engines are asked to leave it out
	Timeless    bool     // about publications themselves: nothing to look at in the one before
	Translation string   // address of the same page in the other language; empty: there is none
	Problems    problems // what is wrong with the form of the page
}

// problem says what is wrong with what was typed in a field and what to do about it.
type problem struct {
	Field   string // name of the input; empty when it is about the whole form
	Message string
}

// problems of a form in the order of its fields.
type problems []problem

// On is the message at a field, empty when there is none.
func (ps problems) On(field string) string {
	for _, p := range ps {
		if p.Field == field {
			return p.Message
		}
	}
	return ""
}

// siteName is what citizens call this site.
const siteName = "Rapor Layanan Kota Blitar"

// newPage starts the page struct of a public page of an edition, which may be nil.
func newPage(e *edition, path, nav, title, description string) Page {
	p := Page{Title: title + " · " + siteName, Description: description, Path: path, Nav: nav, Edition: e}
	if e != nil {
		p.Demo = e.Demo
		p.Example = e.Status == statusExample
	}
	return p
}

// statusExample marks a plan whose targets are examples until the official annex is loaded.
const statusExample = "contoh"

// Link is the address of a public page in the edition that the reader is looking at.
func (p Page) Link(path string) string { return p.Edition.Link(path) }

// IsPast reports whether the reader is looking at a publication that a newer one has followed.
func (p Page) IsPast() bool { return p.Edition != nil && !p.Edition.Latest }

// menuItem is an entry of a menu. Current is the value of aria-current, or empty.
type menuItem struct {
	Name, Href, Current string
}

// Menu is the main menu of the public pages.
func (p Page) Menu() []menuItem {
	items := []menuItem{
		{Name: "Beranda", Href: "/"},
		{Name: "Kelurahan", Href: "/kelurahan"},
		{Name: "Dinas", Href: "/instansi"},
		{Name: "Layanan", Href: "/layanan"},
		{Name: "Indikator", Href: "/indikator"},
		{Name: "Cara menilai", Href: "/metode"},
	}
	for i, item := range items {
		switch item.Href {
		case p.Path:
			items[i].Current = "page"
		case p.Nav:
			items[i].Current = "true"
		}
		items[i].Href = p.Link(item.Href)
	}
	return items
}

// FootLinks are the ways to check what is shown.
func (p Page) FootLinks() []menuItem {
	return []menuItem{
		{Name: "Cara kami menilai", Href: p.Link("/metode")},
		{Name: "Data terbuka", Href: p.Link("/data")},
		{Name: "Data untuk program (API)", Href: p.Link("/data/api")},
		{Name: "Riwayat terbitan", Href: p.Link("/terbitan")},
		{Name: "Perbaikan data", Href: p.Link("/perbaikan")},
		{Name: "Tampilkan rapor di situs Anda", Href: p.Link("/sematan")},
		{Name: "Tentang situs ini", Href: p.Link("/tentang")},
		{Name: "Privasi", Href: p.Link("/privasi")},
		{Name: "Aksesibilitas", Href: p.Link("/aksesibilitas")},
	}
}

// renderer holds the parsed templates.
type renderer struct {
	pages map[string]*template.Template // by file name without .html: the frame with the page in it
}

// render writes a page. It is made in memory first, so that a mistake in a template
// leaves w untouched.
func (r *renderer) render(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := r.execute(&b, name, data); err != nil {
		return err
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// execute makes a page in b, which after an error holds a part of it.
func (r *renderer) execute(b *bytes.Buffer, name string, data any) error {
	t, ok := r.pages[name]
	if !ok {
		return fmt.Errorf("no page template %q", name)
	}
	if err := t.Execute(b, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}

// templateFuncs are the functions of the templates: addresses of assets, charts, and the
// formats of format.go.
func templateFuncs(a *assets, zone *time.Location) template.FuncMap {
	funcs := formatFuncs(zone)
	funcs["asset"] = a.pathOf
	funcs["svg"] = svg
	funcs["field"] = newField
	return funcs
}

// svg lets a drawing into a page unescaped. Drawings come from the chart package only,
// which escapes every text it is given; nothing else in the program is marked as HTML.
func svg(s chart.SVG) template.HTML { return template.HTML(s) }
