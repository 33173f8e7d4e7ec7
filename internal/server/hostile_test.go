package server

import (
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// found is a form on a page of the workspace, as a browser would send it.
type found struct {
	page, method, action string
	multipart            bool
	fields               url.Values
}

// odd are texts that no field expects. Each is sent in every field of every form.
var odd = []string{
	"", "\x00", "\xff\xfe", "\u202eabc", "'; DROP TABLE users; --", "<script>alert(1)</script>", "-1", "1e309", "NaN", "99999999999999999999",
	"0000-00-00", "9999-12-31", "infinity", "2026-TW9", "../../etc/passwd", strings.Repeat("é", 5000), "=1+1", "%s%n{{.}}",
}

// crawl opens one page of each kind that the visitor can reach from the first page, and
// returns the forms on them, one of each kind.
func crawl(v *visitor) (forms []found, pages int) {
	seen, kinds := map[string]bool{}, map[string]bool{}
	queue := []string{home, ownPath, guidePath}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		kind := v.site.kindOf(path)
		if kind == "" || seen[kind] {
			continue
		}
		seen[kind] = true
		a := v.get(path)
		if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			continue
		}
		pages++
		d := a.page()
		for _, link := range d.Find("a[href^='/kerja/']").EachIter() {
			queue = append(queue, strings.SplitN(link.AttrOr("href", ""), "#", 2)[0])
		}
		for _, form := range d.Find("main form").EachIter() {
			f := readForm(form, path)
			if name := f.method + f.action + strings.Join(slices.Sorted(maps.Keys(f.fields)), " "); !kinds[name] && len(forms) < 120 {
				kinds[name] = true
				forms = append(forms, f)
			}
		}
	}
	return forms, pages
}

// kindOf is the pattern of the address, with the names of its query; empty when it is no
// page of the workspace.
func (s *testSite) kindOf(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for _, r := range s.server.engine.Routes() {
		pattern := strings.Split(strings.Trim(r.Path, "/"), "/")
		if r.Method != http.MethodGet || len(pattern) != len(parts) {
			continue
		}
		fits := true
		for i := range parts {
			fits = fits && (pattern[i] == parts[i] || strings.HasPrefix(pattern[i], ":"))
		}
		if fits {
			return r.Path
		}
	}
	return ""
}

func readForm(form *goquery.Selection, page string) found {
	f := found{page: page, method: strings.ToUpper(form.AttrOr("method", "get")), action: form.AttrOr("action", page), fields: url.Values{}}
	f.multipart = form.AttrOr("enctype", "") == "multipart/form-data"
	for _, e := range form.Find("input, select, textarea, button").EachIter() {
		name := e.AttrOr("name", "")
		kind := e.AttrOr("type", "")
		switch {
		case name == "" || kind == "file":
		case kind == "checkbox" || kind == "radio":
			if _, on := e.Attr("checked"); on {
				f.fields.Add(name, e.AttrOr("value", "on"))
			}
		case goquery.NodeName(e) == "select":
			f.fields.Set(name, e.Find("option[selected]").AttrOr("value", e.Find("option").First().AttrOr("value", "")))
		case goquery.NodeName(e) == "textarea":
			f.fields.Set(name, e.Text())
		case goquery.NodeName(e) == "button":
			f.fields.Set(name, e.AttrOr("value", ""))
		default:
			f.fields.Set(name, e.AttrOr("value", ""))
		}
	}
	return f
}

// send sends the form with these fields.
func (f found) send(v *visitor, fields url.Values) *answered {
	if f.method == http.MethodGet {
		return v.get(f.action + "?" + fields.Encode())
	}
	if !f.multipart {
		return v.do(f.method, f.action, strings.NewReader(fields.Encode()))
	}
	var body strings.Builder
	w := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, value := range values {
			part, err := w.CreateFormField(name)
			if err == nil {
				_, err = io.WriteString(part, value)
			}
			if err != nil {
				v.site.t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		v.site.t.Fatal(err)
	}
	v.header.Set("Content-Type", w.FormDataContentType())
	defer v.header.Del("Content-Type")
	return v.do(f.method, f.action, strings.NewReader(body.String()))
}

// TestHostileInputIsRefusedAndNeverAFault walks through the workspace as each role and sends
// every form it finds with texts that no field expects: in one field, and in all at once.
func TestHostileInputIsRefusedAndNeverAFault(t *testing.T) {
	t.Parallel()
	s := newDeskSite(t)
	for _, login := range []string{"inspektorat", "operator.dispendukcapil", "kepala.dispendukcapil", "organisasi", "admin"} {
		t.Run(login, func(t *testing.T) {
			v := s.as(login)
			forms, pages := crawl(v)
			sent := 0
			for n, f := range forms {
				names := slices.Sorted(maps.Keys(f.fields))
				if len(names) > 12 { // of long forms the first of each kind of field are enough
					names = names[:12]
				}
				try := func(what string, fields url.Values) {
					a := f.send(v, fields)
					sent++
					if a.Status == http.StatusUnauthorized || strings.HasPrefix(a.Header.Get("Location"), "/masuk") {
						v = s.as(login) // it ended its own session
					}
					if a.Status >= http.StatusInternalServerError {
						t.Errorf("%s %s (on %s) with %s: status %d", f.method, f.action, f.page, what, a.Status)
					}
					for _, leak := range []string{"SQLSTATE", "goroutine ", "pq:", "<script>alert"} {
						if strings.Contains(a.Body, leak) {
							t.Errorf("%s %s with %s: the answer contains %q", f.method, f.action, what, leak)
						}
					}
				}
				// Of the texts each form gets a few, the next form the next few.
				for i := range 6 {
					text := odd[(n*6+i)%len(odd)]
					all := url.Values{}
					for name := range f.fields {
						all.Set(name, text)
					}
					try(fmt.Sprintf("%.30q everywhere", text), all)
					if len(names) > 0 && i%3 == 0 {
						one := maps.Clone(f.fields)
						name := names[(n+i)%len(names)]
						one[name] = []string{text, text}
						try(fmt.Sprintf("%.30q in %s", text, name), one)
					}
				}
			}
			if pages < 5 || sent < 40 {
				t.Errorf("%d pages, %d forms sent: the walk did not get far", pages, sent)
			}
			t.Logf("%d pages, %d forms, %d requests", pages, len(forms), sent)
		})
	}
}
