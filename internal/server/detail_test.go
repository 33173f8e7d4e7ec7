package server

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// crawler reads the public pages of an edition as a reader does who follows every link.
type crawler struct {
	t      *testing.T
	pages  *renderer
	e      *edition
	routes []publicRoute
	seen   map[string]*goquery.Document // by address without fragment; nil: seen, not parsed
}

func newCrawler(t *testing.T, e *edition) *crawler {
	t.Helper()
	pages, _ := newTestRenderer(t)
	return &crawler{t: t, pages: pages, e: e, routes: publicRoutes(), seen: map[string]*goquery.Document{}}
}

// open renders the page at an address of ours; a redirect is followed.
func (c *crawler) open(address string) (*goquery.Document, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	for _, route := range c.routes {
		names, ok := matchPattern(route.pattern, u.Path)
		if !ok {
			continue
		}
		v, err := route.page(c.e, params{path: names, query: u.Query()})
		if err != nil {
			return nil, err
		}
		if v.redirect != "" {
			return c.open(v.redirect)
		}
		if v.file != nil { // it is there; what it holds is the test of its own part
			return goquery.NewDocumentFromReader(strings.NewReader(""))
		}
		var body bytes.Buffer
		if err := c.pages.render(&body, v.template, v.data); err != nil {
			return nil, err
		}
		c.check(address, body.String())
		return goquery.NewDocumentFromReader(&body)
	}
	return nil, fault.New(fault.NotFound, "no public page at %s", address)
}

// check looks for what no page may have.
func (c *crawler) check(address, body string) {
	for _, wrong := range []string{"<no value>", "%!", " style=", "<script", "NaN", "&lt;nil", "0xc0"} {
		if strings.Contains(body, wrong) {
			c.t.Errorf("%s contains %q", address, wrong)
		}
	}
}

// outside are addresses that other parts of the program serve.
var outside = []string{"/api/v1/", "/api/kerja/v1/", "/masuk", "/tema", assetPrefix, "/terbitan/8.json", "/terbitan/1...8", "/perbaikan"}

// follow opens address and everything that it leads to.
func (c *crawler) follow(address string) {
	queue := []string{address}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if _, ok := c.seen[at]; ok {
			continue
		}
		doc, err := c.open(at)
		c.seen[at] = doc
		if err != nil {
			c.t.Errorf("%s: %v", at, err)
			continue
		}
		doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			href, _ := a.Attr("href")
			if next, ok := c.inside(at, href); ok {
				queue = append(queue, next)
			}
		})
	}
}

// samples reports whether the calculation page at path is one of those to read: there are
// thousands, and all are made alike.
func (c *crawler) samples(path string) bool {
	parts := strings.Split(path, "/")
	return slices.Contains([]string{"dlh", "setda", c.e.AgencyBySlug("klampok").Code, c.e.AgencyBySlug("rembang").Code}, parts[3])
}

// inside is the public page that a link leads to, without its fragment.
func (c *crawler) inside(from, href string) (string, bool) {
	path, fragment, _ := strings.Cut(href, "#")
	if strings.HasPrefix(path, "/hitung/") && !c.samples(path) {
		return "", false
	}
	if fragment != "" && path == "" {
		if c.seen[from] != nil && c.seen[from].Find("[id='"+fragment+"']").Length() != 1 {
			c.t.Errorf("%s links to #%s, which is not there", from, fragment)
		}
		return "", false
	}
	if !strings.HasPrefix(path, "/") {
		return "", false
	}
	for _, prefix := range outside {
		if strings.HasPrefix(path, prefix) {
			return "", false
		}
	}
	return path, true
}

func TestEveryLinkLeadsToAPage(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	c := newCrawler(t, e)
	c.follow("/")
	for _, route := range append(homeRoutes(), detailRoutes()...) {
		if route.paths == nil {
			continue
		}
		for _, path := range route.paths(e) {
			if c.seen[path] == nil {
				t.Errorf("no link leads to %s", path)
			}
		}
	}
	titles := map[string]string{}
	for address, doc := range c.seen {
		if doc == nil || strings.Contains(address, "?") || doc.Find("body").Children().Length() == 0 {
			continue
		}
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%s has %d h1, want 1", address, n)
		}
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id, _ := s.Attr("id")
			if ids[id] {
				t.Errorf("%s has the id %s twice", address, id)
			}
			ids[id] = true
		})
		doc.Find("main table").Each(func(_ int, table *goquery.Selection) {
			if table.Find("caption").Length() != 1 || table.Find("th[scope]").Length() == 0 {
				t.Errorf("%s has a table without caption or scope", address)
			}
		})
		doc.Find("main svg").Each(func(_ int, s *goquery.Selection) {
			if _, hidden := s.Attr("aria-hidden"); !hidden && s.ParentsFiltered("[aria-hidden]").Length() == 0 {
				t.Errorf("%s has a drawing that is not hidden from screen readers", address)
			}
		})
		if strings.HasPrefix(address, "/cetak/") || strings.HasPrefix(address, "/sematan/") {
			continue // for paper and for other sites: search engines do not list them
		}
		title := doc.Find("title").Text()
		if other, ok := titles[title]; ok && !strings.HasPrefix(address, "/instansi/35.") {
			t.Errorf("%s and %s have the same title %q", address, other, title)
		}
		titles[title] = address
		if d, _ := doc.Find("meta[name=description]").Attr("content"); d == "" {
			t.Errorf("%s has no description", address)
		}
	}
}

func TestLinksOfAPastPublicationStayInIt(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	e.Latest = false
	c := newCrawler(t, e)
	for _, address := range []string{"/instansi", "/instansi/dlh", "/indikator", "/indikator/TEPAT-WAKTU", "/tujuan/T1", "/layanan", "/layanan/kel-0", "/metode", "/tentang", "/aksesibilitas", "/indikator?status=tercapai", "/hitung/TEPAT-WAKTU/dlh/2026-TW3"} {
		doc, err := c.open(address)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("main a[href^='/']").Each(func(_ int, a *goquery.Selection) {
			href, _ := a.Attr("href")
			path, _, _ := strings.Cut(href, "?")
			if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/terbitan") || strings.Contains(href, "terbitan=8") {
				return
			}
			t.Errorf("%s links to %s, which leaves the publication", address, href)
		})
	}
}

func TestUnknownThingsAreNotFoundWithASentenceThatHelps(t *testing.T) {
	t.Parallel()
	c := newCrawler(t, blitar(t))
	for address, want := range map[string]string{
		"/instansi/tidak-ada":                           "daftar instansi",
		"/indikator/TIDAK-ADA":                          "daftar indikator",
		"/tujuan/T99":                                   "halaman Indikator",
		"/layanan/tidak-ada":                            "daftar layanan",
		"/terbitan/99":                                  "Terbitan 99 tidak ada",
		"/terbitan/delapan":                             "misalnya /terbitan/8",
		"/terbitan/8...7":                               "yang lama di depan",
		"/terbitan/7...9":                               "Terbitan 7 tidak ada",
		"/hitung/TEPAT-WAKTU/dlh/2026":                  "seperti 2026-TW3",
		"/hitung/TEPAT-WAKTU/dlh/2029-TW1":              "belum memuat Triwulan I 2029",
		"/hitung/TEPAT-WAKTU/entah/2026-TW3":            "daftar instansi",
		"/hitung/ENTAH/dlh/2026-TW3":                    "daftar indikator",
		"/hitung/TEPAT-WAKTU/setda-organisasi/2026-TW3": "",
	} {
		_, err := c.open(address)
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(fault.MessageOf(err), want) {
			t.Errorf("%s: %v, want a sentence with %q", address, err, want)
		}
	}
}

func TestAKelurahanIsKnownByItsCodeToo(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	v, err := agencyRoute.page(e, params{path: map[string]string{"kode": "35.72.03.1007"}})
	if err != nil || v.redirect != "/kelurahan/bendogerit" {
		t.Errorf("redirect = %q, %v, want /kelurahan/bendogerit", v.redirect, err)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	search := func(q string) view {
		t.Helper()
		v, err := searchRoute.page(e, params{query: url.Values{"q": {q}}})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for q, want := range map[string]string{
		"Bendogerit":               "/kelurahan/bendogerit",
		"  kelurahan   BENDOGERIT": "/kelurahan/bendogerit",
		"surat keterangan usaha":   "/layanan/kel-3",
		"tepat-waktu":              "/indikator/TEPAT-WAKTU",
		"dinas lingkungan hidup":   "/instansi/dlh",
	} {
		if got := search(q).redirect; got != want {
			t.Errorf("%q leads to %q, want %q", q, got, want)
		}
	}
	several := search("surat keterangan").data.(searchPage)
	if several.Count < 4 || several.Groups[0].Name != "Layanan" || several.Box.Query != "surat keterangan" {
		t.Errorf("several hits: %d in %v", several.Count, several.Groups)
	}
	none := search("<b>zzz</b>").data.(searchPage)
	if none.Count != 0 || none.Heading != "Tidak ada yang cocok dengan “<b>zzz</b>”" {
		t.Errorf("no hit: %q", none.Heading)
	}
	if long := search(strings.Repeat("é", 200)).data.(searchPage); len([]rune(long.Query)) != searchLength {
		t.Errorf("a long query has %d characters, want %d", len([]rune(long.Query)), searchLength)
	}
	if empty := search("").data.(searchPage); empty.Count != 0 || strings.Contains(empty.Heading, "Tidak ada") {
		t.Errorf("without a query: %q", empty.Heading)
	}
}

func TestTheCalculationPageShowsEveryStepInOrder(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	c := newCrawler(t, e)
	doc, err := c.open("/hitung/TEPAT-WAKTU/dlh/2026-TW3")
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	doc.Find("main h2").Each(func(_ int, h *goquery.Selection) { headings = append(headings, h.Text()) })
	want := "Dari nilai sampai pasalnya|Yang dilaporkan|Lima langkah dari laporan ke nilai|Ke mana angka ini pergi|Angka ini di tempat lain"
	if got := strings.Join(headings, "|"); got != want {
		t.Errorf("headings = %s, want %s", got, want)
	}
	var steps []string
	doc.Find("#langkah").Closest("section").Find(".steps li").Each(func(_ int, li *goquery.Selection) {
		steps = append(steps, li.Find("h3").Text()+": "+li.Find(".formula").Last().Text())
	})
	a := e.Achievement("dlh", "TEPAT-WAKTU", e.View.Latest())
	raw := formatNumber(*a.Raw, 2)
	for i, want := range []string{"Realisasi sampai Triwulan III 2026: ", "Target sampai Triwulan III 2026: ", "Capaian: ", "Nilai: ", "Sumbangan ke nilai "} {
		if i >= len(steps) || !strings.HasPrefix(steps[i], want) {
			t.Fatalf("steps = %q, want %q as number %d", steps, want, i+1)
		}
	}
	if !strings.Contains(steps[2], " × 100 = "+raw[:2]) {
		t.Errorf("the formula %q does not lead to %s", steps[2], raw)
	}
}

func TestAMissingFigureIsExplainedAndNeverZero(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	klampok := e.AgencyBySlug("klampok")
	doc, err := newCrawler(t, e).open("/hitung/TEPAT-WAKTU/" + klampok.Code + "/2026-TW3")
	if err != nil {
		t.Fatal(err)
	}
	text := doc.Find("main").Text()
	for _, want := range []string{"Mengapa angka ini belum ada: terlambat lapor", "14 Oktober 2026", "tidak dihitung nol"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if doc.Find(".headline__figure").Length() != 0 {
		t.Error("the page shows a figure")
	}
}

func TestAPublicationTellsWhatChanged(t *testing.T) {
	t.Parallel()
	after := blitar(t)
	content := *after.Content
	content.Number, content.Achievements = 7, append([]scorecard.Achievement(nil), content.Achievements...)
	for i := range content.Achievements {
		a := &content.Achievements[i]
		if a.Agency == "dlh" && a.Indicator == "ADUAN-HARI" && a.Period == content.Period {
			a.Reported, a.State, a.Raw, a.Scored = nil, scoring.Late, nil, nil
		}
	}
	before := &edition{View: scorecard.NewView(&content), Others: after.Others}
	after.Others = []editionInfo{{Number: 7, Period: content.Period, SHA256: "7"}, {Number: 8, Period: content.Period, SHA256: "8", PreviousSHA256: new("7")}}
	after.other = func(int) (*edition, error) { return before, nil }
	doc, err := newCrawler(t, after).open("/terbitan/8")
	if err != nil {
		t.Fatal(err)
	}
	compared, err := newCrawler(t, after).open("/terbitan/7...8")
	if err != nil || compared.Find("h1").Text() != doc.Find("#h-beda").Text() {
		t.Errorf("7...8: %v, want the same finding as on the page of 8", err)
	}
	text := strings.Join(strings.Fields(doc.Find("main").Text()), " ")
	for _, want := range []string{"Laporan yang menyusul: 1", "Status yang berubah: 1", "Terlambat lapor", "Rata-rata lama penyelesaian aduan"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
}
