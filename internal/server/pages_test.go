package server

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
)

// place and sorted are what a request for a page carries.
func place(name string) params {
	return params{path: map[string]string{"nama": name}, query: url.Values{}}
}

func sorted(order string) params { return params{query: url.Values{"urut": {order}}} }

var rendered struct {
	sync.Once
	pages map[string]string
}

// publicPages are the front page and those of the kelurahan in all their states, by a
// name. They are rendered once for all tests.
func publicPages(t *testing.T) map[string]string {
	t.Helper()
	rendered.Do(func() { rendered.pages = renderPublicPages(t) })
	return rendered.pages
}

func renderPublicPages(t *testing.T) map[string]string {
	t.Helper()
	r, _ := newTestRenderer(t)
	e := blitar(t)
	past := *e
	past.Latest = false
	pages := map[string]string{
		"home":         renderPath(t, r, e, homeRoute, params{}),
		"home sorted":  renderPath(t, r, e, homeRoute, sorted(byScore)),
		"home past":    renderPath(t, r, &past, homeRoute, params{}),
		"home empty":   renderPath(t, r, emptyEdition(), homeRoute, params{}),
		"places":       renderPath(t, r, e, placesRoute, params{}),
		"places empty": renderPath(t, r, emptyEdition(), placesRoute, params{}),
	}
	for _, name := range []string{"bendogerit", "klampok", "tlumpu", "rembang", "turi"} {
		pages[name] = renderPath(t, r, e, placeRoute, place(name))
	}
	return pages
}

// emptyEdition is a publication in which nothing was due yet.
func emptyEdition() *edition {
	c := testContent(1, 2, 0)
	c.Scores, c.Services, c.Method.Words = nil, nil, nil
	c.Method.Bands = testBands()
	return &edition{View: scorecard.NewView(c), Latest: true}
}

func parse(t *testing.T, page string) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPagesNeedNeitherScriptNorInlineStyle(t *testing.T) {
	t.Parallel()
	for name, page := range publicPages(t) {
		for _, forbidden := range []string{"style=", "<style", "<script", "javascript:", "<no value>", "%!", "ZgotmplZ", "NaN"} {
			if strings.Contains(page, forbidden) {
				t.Errorf("%s contains %q", name, forbidden)
			}
		}
		parse(t, page).Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, attr := range s.Nodes[0].Attr {
				if strings.HasPrefix(attr.Key, "on") {
					t.Errorf("%s: %s has a handler %s", name, s.Nodes[0].Data, attr.Key)
				}
			}
		})
	}
}

func TestPagesAreSoundForAssistiveTechnology(t *testing.T) {
	t.Parallel()
	for name, page := range publicPages(t) {
		d := parse(t, page)
		if n := d.Find("h1").Length(); n != 1 {
			t.Errorf("%s has %d h1", name, n)
		}
		if d.Find("html").AttrOr("lang", "") != "id" || d.Find("title").Text() == "" {
			t.Errorf("%s lacks language or title", name)
		}
		seen := map[string]bool{}
		d.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if seen[id] {
				t.Errorf("%s has id %q twice", name, id)
			}
			seen[id] = true
		})
		d.Find("[aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
			if id := s.AttrOr("aria-labelledby", ""); !seen[id] {
				t.Errorf("%s: nothing has the id %q", name, id)
			}
		})
		d.Find("body svg").Each(func(_ int, s *goquery.Selection) {
			if s.AttrOr("aria-hidden", "") != "true" && s.ParentsFiltered("svg").Length() == 0 {
				t.Errorf("%s: a drawing is not hidden", name)
			}
		})
		d.Find("table").Each(func(_ int, s *goquery.Selection) {
			if s.Find("caption").Length() != 1 || s.Find("th:not([scope])").Length() > 0 {
				t.Errorf("%s: a table lacks caption or scope: %.60s", name, s.Text())
			}
		})
		d.Find(".trend__plot").Each(func(_ int, s *goquery.Selection) {
			if s.Parent().Find("table").Length() != 1 {
				t.Errorf("%s: a trend has no table", name)
			}
		})
		d.Find("input:not([type=hidden])").Each(func(_ int, s *goquery.Selection) {
			if d.Find(`label[for="`+s.AttrOr("id", "?")+`"]`).Length() != 1 {
				t.Errorf("%s: an input has no label", name)
			}
		})
	}
}

// TestPagesKeepTheirBudget holds the sizes of ux.md: HTML 12 kB, styles 5 kB, 1500 elements.
func TestPagesKeepTheirBudget(t *testing.T) {
	t.Parallel()
	for name, page := range publicPages(t) {
		zipped, _, err := newCompressor().compress([]byte(page))
		if err != nil {
			t.Fatal(err)
		}
		if len(zipped) > 12_000 {
			t.Errorf("%s: %d bytes of HTML", name, len(zipped))
		}
		if n := parse(t, page).Find("*").Length(); n > 1500 {
			t.Errorf("%s: %d elements", name, n)
		}
	}
	th, err := newTheme(true)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(th.sheets[themeSystem].page.gzip); n > 5000 {
		t.Errorf("%d bytes of styles", n)
	}
}

// assertOrder checks that the first element of each selector is there and stands after
// that of the selector before.
func assertOrder(t *testing.T, page string, selectors []string) {
	t.Helper()
	d := parse(t, page)
	all := d.Find("*")
	last := -1
	for _, selector := range selectors {
		found := d.Find(selector).First()
		if found.Length() == 0 {
			t.Errorf("the page lacks %s", selector)
			continue
		}
		at := slices.Index(all.Nodes, found.Nodes[0])
		if at <= last {
			t.Errorf("%s stands before what should come before it", selector)
		}
		last = at
	}
}

func TestHomeHasItsElementsInOrder(t *testing.T) {
	t.Parallel()
	assertOrder(t, publicPages(t)["home"], []string{
		".banner", "main > p.muted", ".honesty", "h1", ".headline__figure", ".headline__verdict", ".facts", `form[action="/cari"]`,
		".trend__plot", ".trend details table", "#tujuan", "#target", ".segments__bar", ".keys a", "#kelurahan .map", "#kelurahan .legend", "#kelurahan .tiles",
		"#dinas .sort", "#dinas table", "#dinas .spark", `section[aria-label="Sorotan triwulan ini"] .notes`, "#cara", "footer",
	})
}

func TestKelurahanHasItsElementsInOrder(t *testing.T) {
	t.Parallel()
	assertOrder(t, publicPages(t)["bendogerit"], []string{
		".breadcrumb", "h1", ".locator", ".honesty", ".headline__figure", ".facts", "#layanan table", ".two .notes",
		".two tfoot", "#indikator .bullet", "#skm .facts", "#skm table", "#tren .trend__plot", `a.button[href="https://www.lapor.go.id"]`, "main > section:last-child .tiles",
	})
}

func TestStatesAreSaidInWords(t *testing.T) {
	t.Parallel()
	pages := publicPages(t)
	for page, sentences := range map[string][]string{
		"home":       {"DATA PERAGAAN", "Kelurahan Klampok belum mengirim data", "Termasuk yang paling jauh dari target", "Belum pasti, 51" + unbrokenDash + "92", "Belum dapat dipastikan"},
		"home past":  {"Terbitan lama", "terbit 30 Oktober 2026", `name="terbitan" value="8"`},
		"home empty": {"Belum ada target layanan Kota Blitar yang dapat dinilai", "Belum jatuh tempo", "Triwulan ini belum ada nilainya"},
		"klampok":    {"Terlambat lapor.", "Batas waktu 14 Oktober 2026", "antara 0,0 dan 100,0"},
		"tlumpu":     {"Belum dapat dipastikan", "data", "antara 51,0 dan 92,0"},
		"rembang":    {"Sampel belum memenuhi: perlu paling sedikit 140 jawaban", "Target semula 95%, kini 90% untuk 2026, diubah 16 Maret 2026: Anggaran digeser. Dasar hukum: Perwali contoh."},
		"turi":       {"Belum ada hasil Survei Kepuasan Masyarakat", "hasilnya belum diukur triwulan ini"},
	} {
		text := strings.Join(strings.Fields(pages[page]), " ")
		for _, s := range sentences {
			if !strings.Contains(text, s) {
				t.Errorf("%s does not say %q", page, s)
			}
		}
	}
}

func TestListsComeByNameUntilTheReaderChooses(t *testing.T) {
	t.Parallel()
	pages := publicPages(t)
	names := func(page string) []string {
		return parse(t, pages[page]).Find("#dinas tbody th a").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	}
	byName := names("home")
	if !slices.IsSortedFunc(byName, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) || len(byName) != 30 {
		t.Errorf("agencies are not by name: %q", byName)
	}
	var last int64 = 100_00
	parse(t, pages["home sorted"]).Find("#dinas .score").Each(func(_ int, s *goquery.Selection) {
		n, ok := hundredths(strings.ReplaceAll(s.Text(), ",", "."))
		if !ok || n > last {
			t.Errorf("score %s stands after %d", s.Text(), last)
		}
		last = n
	})
}

// TestEveryFigureLeadsToItsParts follows the links of the front page by one step: each
// stays within the edition and leads to a page that there is.
func TestEveryFigureLeadsToItsParts(t *testing.T) {
	t.Parallel()
	for name, page := range publicPages(t) {
		d := parse(t, page)
		d.Find("main a").Each(func(_ int, s *goquery.Selection) {
			href := s.AttrOr("href", "")
			if href == "" || href == "#" {
				t.Errorf("%s: a link leads nowhere: %s", name, s.Text())
			}
			if name == "home past" && strings.HasPrefix(href, "/") && !strings.Contains(href, "terbitan=8") {
				t.Errorf("a link of a past edition leads out of it: %s", href)
			}
		})
	}
	d := parse(t, publicPages(t)["bendogerit"])
	if n := d.Find(`#indikator h3 a[href^="/hitung/"]`).Length(); n == 0 {
		t.Error("no indicator leads to how it was computed")
	}
}

func TestAnUnknownKelurahanIsNotFound(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	for _, name := range []string{"", "entah", "../etc/passwd", strings.Repeat("x", 5000)} {
		_, err := placeRoute.page(e, place(name))
		if fault.KindOf(err) != fault.NotFound || len(fault.MessageOf(err)) > 300 {
			t.Errorf("%.20q: %.200v", name, err)
		}
	}
}

func TestFindingsFitWhatHappened(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n, of int
		want  string
	}{{15, 21, "15 dari 21"}, {21, 21, "semua 21"}, {0, 21, "belum ada satu pun dari 21"}, {1, 1, "1 dari 1"}, {1200, 1284, "1.200 dari 1.284"}} {
		if got := countOf(tt.n, tt.of); got != tt.want {
			t.Errorf("countOf(%d, %d) = %q, want %q", tt.n, tt.of, got, tt.want)
		}
	}
}
