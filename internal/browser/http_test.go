package browser_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// publicPolicy is the whole policy of a public page: no script at all.
const publicPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Budget of a public page.
const (
	htmlBytes = 12_000 // compressed
	cssBytes  = 5_000  // compressed, all sheets but that of the font, which counts with it
	elements  = 1500
)

// overHTTP is what needs no browser.
func overHTTP(t *testing.T, c *city) {
	t.Run("Language", func(t *testing.T) {
		t.Parallel()
		language(t, c)
	})

	t.Run("PublicPagesRunNoScript", func(t *testing.T) {
		t.Parallel()
		for _, a := range publicAddresses(c.content) {
			got := get(t, c.site+a.path)
			if got.status != a.status {
				t.Errorf("%s answers %d, want %d", a.path, got.status, a.status)
			}
			want := publicPolicy
			if strings.HasPrefix(a.path, "/sematan/") { // meant to be framed
				want = strings.Replace(want, "frame-ancestors 'none'", "frame-ancestors *", 1)
			}
			if policy := got.header.Get("Content-Security-Policy"); policy != want {
				t.Errorf("%s has the policy %q", a.path, policy)
			}
			for _, forbidden := range []string{"<script", "style=", "<style", "javascript:"} {
				if strings.Contains(strings.ToLower(string(got.body)), forbidden) {
					t.Errorf("%s contains %s", a.path, forbidden)
				}
			}
		}
	})

	t.Run("EveryKindOfPageIsLookedAt", func(t *testing.T) {
		t.Parallel()
		known := map[string]bool{"/tema": true, "/keluar": true, "/terbitan/*.json": true}
		all := append(publicAddresses(c.content), workAddresses()...)
		for _, a := range all {
			known[shape(a.path)] = true
		}
		for _, a := range all {
			if a.login != "" {
				continue
			}
			get(t, c.site+a.path).page(t).Find("a[href], form[action]").Each(func(_ int, s *goquery.Selection) {
				href := s.AttrOr("href", s.AttrOr("action", ""))
				if !strings.HasPrefix(href, "/") || strings.HasPrefix(href, "/api/") || isFile(href) {
					return
				}
				if !known[shape(href)] {
					t.Errorf("%s leads to %s, of whose kind no page is looked at", a.path, href)
					known[shape(href)] = true
				}
			})
		}
	})

	t.Run("PagesKeepTheirBudget", func(t *testing.T) {
		t.Parallel()
		for _, a := range publicAddresses(c.content) {
			page := get(t, c.site+a.path).page(t)
			if n := page.Find("*").Length(); n > elements {
				t.Errorf("%s has %d elements", a.path, n)
			}
			if a.status != http.StatusOK {
				continue
			}
			if n := compressed(t, c.site+a.path); n > htmlBytes {
				t.Errorf("%s has %d bytes", a.path, n)
			}
			styles := 0
			page.Find(`link[rel="stylesheet"]:not([href*="/font."], [media="print"])`).Each(func(_ int, s *goquery.Selection) {
				styles += compressed(t, c.site+s.AttrOr("href", ""))
			})
			if styles == 0 || styles > cssBytes {
				t.Errorf("the styles of %s have %d bytes", a.path, styles)
			}
		}
	})

	t.Run("PagesAreSoundForScreenReaders", func(t *testing.T) {
		t.Parallel()
		titles := map[string]string{}
		for _, a := range publicAddresses(c.content) {
			page := get(t, c.site+a.path).page(t)
			for _, problem := range unsound(page) {
				t.Errorf("%s: %s", a.path, problem)
			}
			// What is asked for within a page does not change what the page is, and a page to embed is called like the one it stands for.
			if title := words(page.Find("head title").Text()); a.status != http.StatusOK || strings.Contains(a.path, "?") || strings.HasPrefix(a.path, "/sematan/") {
				continue
			} else if other := titles[title]; other != "" {
				t.Errorf("%s and %s have the title “%s”", a.path, other, title)
			} else {
				titles[title] = a.path
			}
		}
	})

	t.Run("UnsoundnessIsSeen", func(t *testing.T) {
		t.Parallel()
		page, err := goquery.NewDocumentFromReader(strings.NewReader(`<h1>Satu</h1><h3>Tiga</h3><svg></svg><img src="x"><figure><svg aria-hidden="true"></svg></figure>
			<table><tr><td>1</td></tr></table><p><i class="swatch"></i></p><p><b class="chip band--3"></b></p>`))
		if err != nil {
			t.Fatal(err)
		}
		if found := unsound(page); len(found) != 11 {
			t.Errorf("%d problems were seen, want 11:\n%s", len(found), strings.Join(found, "\n"))
		}
	})

	t.Run("FrontPageHasItsElementsInOrder", func(t *testing.T) {
		t.Parallel()
		inOrder(t, get(t, c.site+"/").page(t), frontPage)
	})
	t.Run("KelurahanHasItsElementsInOrder", func(t *testing.T) {
		t.Parallel()
		inOrder(t, get(t, c.site+"/kelurahan/bendogerit").page(t), kelurahanPage)
	})
}

// isFile says whether an address of ours is a file and no page.
func isFile(href string) bool {
	path, _, _ := strings.Cut(href, "?")
	return slices.Contains([]string{".json", ".jsonld", ".csv", ".xlsx", ".zip", ".pdf", ".png", ".svg", ".atom", ".xml", ".txt"}, filepath.Ext(path))
}

// compressed is how many bytes an address is on its way to a browser.
func compressed(t *testing.T, address string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	a := send(t, http.DefaultClient, r)
	if a.header.Get("Content-Encoding") != "gzip" && len(a.body) > 1000 {
		t.Errorf("%s comes uncompressed", address)
	}
	return len(a.body)
}

// element is a part of a page: where it is, and what it says there.
type element struct{ selector, says string }

// frontPage is section 7 of the design of the pages, one line for each element.
var frontPage = []element{
	{"main > p", "Triwulan III 2026 (Juli–September) · terbit 12 November 2026"},
	{"h1", "Kota Blitar mencapai rata-rata"},
	{".headline__figure", "dari 100"},
	{".headline__verdict", ""},
	{".facts dt", "Dari triwulan lalu"},
	{".facts dt", "Unit yang melapor"},
	{".facts dt", "Bila semua data masuk"},
	{"h2", "Lihat rapor di tempat Anda"},
	{`form[action="/cari"] input[list]`, ""},
	{"figure .caption", ""},
	{"figure details summary", "Lihat angkanya"},
	{"h2", "Dari mana nilai"},
	{"h2", "target tercapai"},
	{".segments__bar", ""},
	{".keys li", "tercapai"},
	{".keys li", "hampir tercapai"},
	{".keys li", "belum tercapai"},
	{".keys li", "belum ada data"},
	{"h3", "Tiga yang perlu perhatian"},
	{"h2", "kelurahan berkategori tinggi atau sangat tinggi"},
	{"#kelurahan .map", ""},
	{"#kelurahan .tiles", ""},
	{"h2", "perangkat daerah berkategori tinggi atau sangat tinggi"},
	{"#dinas .sort", "Urutkan: nama nilai perubahan"},
	{"#dinas th", "Dua tahun terakhir"},
	{"#dinas th", "Data masuk"},
	{"#dinas th", "Perubahan"},
	{"#dinas th", "Nilai"},
	{"h3", "Yang membaik"},
	{"h3", "Yang masih jauh"},
	{"h2", "Cara membaca rapor ini"},
	{"h3", "Setiap layanan dinilai dari tiga janji"},
	{"h3", "Arti gambar"},
	{"li", "Data kosong tidak disembunyikan"},
	{"li", "Yang tidak diukur"},
	{"footer h2", "Bagian Organisasi"},
	{"footer p", "jam kerja"},
	{"footer a[href='/metode']", ""},
	{"footer a[href*='lapor.go.id']", "SP4N-LAPOR!"},
	{"footer a[href='/masuk']", ""},
	{"footer a[href='/tema?ke=gelap']", ""},
}

var kelurahanPage = []element{
	{".breadcrumb", "Beranda › Kelurahan"},
	{"h1", "Kelurahan Bendogerit"},
	{".locator", ""},
	{".headline__figure", ""},
	{".headline__verdict", ""},
	{".facts dt", "Rerata 21 kelurahan"},
	{"h2", "layanan menepati janji waktunya"},
	{"#layanan th", "Biaya"},
	{"#layanan th", "Janji"},
	{"#layanan th", "Kecepatan"},
	{"#layanan th", "Ketepatan"},
	{"#layanan th", "Kepuasan"},
	{"#layanan th small", "Syarat:"},
	{"h2", "Ringkasnya"},
	{"h3", "Tiga yang perlu perhatian"},
	{"h2", "Dari mana nilai"},
	{"th", "Bobot"},
	{"th", "Sumbangan"},
	{"tfoot th", "Jumlah"},
	{"h2", "indikator"},
	{"#indikator .indicator .status", ""},
	{"#indikator .bullet", ""},
	{"#indikator .spark", ""},
	{"h2", "Warga memberi nilai"},
	{"#skm .facts", ""},
	{"#skm th", "Unsur yang dinilai warga"},
	{"figure .caption", ""},
	{"figure details th", "Rerata"},
	{"h2", "Kantor Kelurahan Bendogerit"},
	{"a", "Sampaikan aduan"},
	{"h2", "Kelurahan lain di Kecamatan Sananwetan"},
}

// inOrder finds each element after the one before it.
func inOrder(t *testing.T, page *goquery.Document, want []element) {
	t.Helper()
	all := page.Find("*").Nodes
	last := -1
	for _, w := range want {
		at := -1
		page.Find(w.selector).EachWithBreak(func(_ int, s *goquery.Selection) bool {
			i := slices.Index(all, s.Nodes[0])
			if i > last && strings.Contains(words(s.Text()), w.says) {
				at = i
				return false
			}
			return true
		})
		if at < 0 {
			t.Errorf("after the elements before it there is no %s that says %q", w.selector, w.says)
			continue
		}
		last = at
	}
}
