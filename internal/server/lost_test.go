package server

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/evidence"
	"petajalan/internal/scorecard"
)

// noDatabase is a database that is never there: published pages need none.
type noDatabase struct{}

func (noDatabase) Connect(context.Context) (driver.Conn, error) {
	return nil, errors.New("no database")
}
func (noDatabase) Driver() driver.Driver { return nil }

// publicServer is the whole site without a database. It serves the fixture as publication 8
// and, as publication 7, the fixture with an agency that is gone since.
func publicServer(t testing.TB) *Server {
	t.Helper()
	s, err := New(Config{
		Web: bun.NewDB(sql.OpenDB(noDatabase{}), pgdialect.New()), Now: func() time.Time { return november }, Zone: wib,
		Log: slog.New(slog.DiscardHandler), Keys: testKeys(t), Evidence: struct{ evidence.Store }{}, BaseURL: "https://rapor.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	latest, past := blitar(t), blitar(t)
	past.Content.Number, past.Latest = 7, false
	past.Content.Agencies = append(past.Content.Agencies, scorecard.Agency{Code: "kantor-lama", Name: "Kantor Lama Kota Blitar", Kind: "badan", Reports: true})
	past.View = scorecard.NewView(past.Content)
	infos := []editionInfo{{Number: 7, Period: past.Content.Period.Previous(), PublishedAt: past.PublishedAt.AddDate(0, -3, 0)}, {Number: 8, Period: latest.Content.Period, PublishedAt: latest.PublishedAt}}
	for _, e := range []*edition{latest, past} {
		e.Others, e.Base = infos, "https://rapor.example"
	}
	sh := newShelf(latest)
	sh.past.at = []*edition{past}
	latest.other, past.other = s.site.opener(sh), s.site.opener(sh)
	for _, path := range []string{"/", "/metode", "/kelurahan/bendogerit"} {
		for _, route := range s.site.routes {
			if _, ok := matchPattern(route.pattern, path); ok && sh.built[path] == nil {
				if sh.built[path], err = s.site.buildPage(newCompressor(), route, latest, path); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	s.site.current.Store(sh)
	return s
}

// askFor sends a request without a network.
func askFor(s *Server, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := &http.Request{Method: method, URL: &url.URL{}, Header: http.Header{}, Host: "rapor.example", Body: http.NoBody}
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestWrongAddressesAnswerWithWhatHelps(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	long := strings.Repeat("a", rawQueryLength)
	for target, want := range map[string]struct {
		status int
		says   string // in the page, or the address it leads to
	}{
		"/kelurahan/bendogrit":                          {404, `Maksud Anda <a href="/kelurahan/bendogerit">`},
		"/cari?q=bendogrit":                             {200, `Maksud Anda <a href="/kelurahan/bendogerit">`},
		"/kelurahan/Bendogerit":                         {301, "/kelurahan/bendogerit"},
		"/kelurahan/Bendogerit?terbitan=7":              {301, "/kelurahan/bendogerit?terbitan=7"},
		"/Metode/":                                      {301, "/metode"},
		"/instansi/kantor-lama":                         {404, `<a href="/instansi/kantor-lama?terbitan=7">terbitan 7</a>`},
		"/instansi/kantor-lama?terbitan=7":              {200, "Kantor Lama"},
		"/?terbitan=abc":                                {400, "ditulis dengan angka saja"},
		"/?terbitan=-1":                                 {400, "ditulis dengan angka saja"},
		"/?terbitan=1234567890123":                      {400, "ditulis dengan angka saja"},
		"/?terbitan=99":                                 {404, "Terbitan 99 tidak ada"},
		"/?x=" + long:                                   {400, "terlalu panjang"},
		"/tidak-ada?x=" + long:                          {400, "terlalu panjang"},
		"/api/v1/agencies?x=" + long:                    {400, "terlalu panjang"},
		"/cari?q=" + strings.Repeat("a", queryLength+1): {400, "terlalu panjang"},
		"/cari?q=%zz":                                   {400, "tidak dapat dibaca"},
		"/cari?q=a;b":                                   {400, "tidak dapat dibaca"},
		"/cari?q=<script>":                              {200, "&lt;script&gt;"},
		"/kelurahan/<b>x":                               {404, "Cari di sini"},
		"/perbaikan?terbitan=7":                         {200, "Perbaikan data"},
		"/robots.txt":                                   {200, "Sitemap: https://rapor.example/sitemap.xml"},
		"/sitemap.xml":                                  {200, "<loc>https://rapor.example/kelurahan/bendogerit</loc><lastmod>2026-10-30</lastmod>"},
		"/kerja/?terbitan=abc":                          {303, "/masuk"},
		"//evil.example/..%2f":                          {404, "Halaman tidak ditemukan"},
	} {
		w := askFor(s, http.MethodGet, target)
		got := w.Body.String() + w.Header().Get("Location")
		if w.Code != want.status || !strings.Contains(got, want.says) {
			t.Errorf("%.60s: %d %.300s, want %d and %q", target, w.Code, got, want.status, want.says)
		}
	}
}

func TestOnlyAddressesAreBadRequests(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	if w := askFor(s, http.MethodPost, "/?x="+strings.Repeat("a", rawQueryLength)); w.Code == http.StatusBadRequest {
		t.Errorf("a form: %d", w.Code)
	}
}

func TestEveryPublicPageSaysWhatItIsToSearchEngines(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	for target, canonical := range map[string]string{
		"/": "https://rapor.example/", "/kelurahan/bendogerit": "https://rapor.example/kelurahan/bendogerit",
		"/kelurahan/bendogerit?terbitan=7": "https://rapor.example/kelurahan/bendogerit?terbitan=7",
		"/cari?q=surat":                    "https://rapor.example/cari", "/tidak-ada": "",
	} {
		d := parse(t, askFor(s, http.MethodGet, target).Body.String())
		if got := d.Find("link[rel=canonical]").AttrOr("href", ""); got != canonical {
			t.Errorf("%s has the canonical address %q, want %q", target, got, canonical)
		}
		picture := d.Find("meta[property='og:image']").AttrOr("content", "")
		if (canonical != "") != strings.HasPrefix(picture, "https://rapor.example/kartu/") {
			t.Errorf("%s has the picture %q", target, picture)
		}
		if strings.Contains(target, "bendogerit") != strings.HasSuffix(strings.TrimSuffix(picture, "?terbitan=7"), "/bendogerit.png") {
			t.Errorf("%s has the picture of somebody else, %q", target, picture)
		}
		unlisted := target != "/" && target != "/kelurahan/bendogerit"
		if got := d.Find("meta[name=robots]").AttrOr("content", "") == "noindex"; got != unlisted {
			t.Errorf("%s is left out of search engines: %t, want %t", target, got, unlisted)
		}
	}
	d := parse(t, askFor(s, http.MethodGet, "/en/method").Body.String())
	if d.Find("html").AttrOr("lang", "") != "en" || d.Find("footer").AttrOr("lang", "") != "id" || d.Find("link[hreflang=id]").AttrOr("href", "") != "https://rapor.example/metode" {
		t.Error("the page in English does not say its language, that of its foot, or its translation")
	}
	if href := parse(t, askFor(s, http.MethodGet, "/metode").Body.String()).Find("footer a[href='/metode?terbitan=7']").Text(); href != "di terbitan 7" {
		t.Errorf("the foot leads to the publication before as %q", href)
	}
	if d := parse(t, askFor(s, http.MethodGet, "/terbitan").Body.String()); d.Find("footer a[href*='terbitan=']").Length() > 0 {
		t.Error("the list of publications leads to itself at another publication")
	}
}

func TestSitemapHasEveryPageOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	seen := map[string]bool{}
	for _, path := range listedPages(s.edition()) {
		if seen[path] {
			t.Errorf("%s stands twice", path)
		}
		seen[path] = true
	}
	for _, want := range []string{"/", "/kelurahan/bendogerit", "/instansi/dlh", "/privasi", "/perbaikan", "/en/method", "/data"} {
		if !seen[want] {
			t.Errorf("%s is missing", want)
		}
	}
	for path := range seen {
		if !isListed(path) || strings.Contains(path, ":") {
			t.Errorf("%s is no page", path)
		}
	}
	for path := range seen {
		w := askFor(s, http.MethodGet, path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s answers %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

// FuzzPublicAddresses looks for an address that makes a mistake of ours, or a page in which
// what was asked for stands unescaped.
func FuzzPublicAddresses(f *testing.F) {
	s := publicServer(f)
	for _, route := range s.site.addresses() {
		path := route.pattern
		for _, name := range []string{"bendogerit", "TEPAT-WAKTU", "dlh", "2026-TW3", "\x00", "\xff", "..", "%2f", "<b>", "ktpp", strings.Repeat("9", 400)} {
			parts := strings.Split(path, "/")
			for i := range parts {
				if strings.HasPrefix(parts[i], ":") || strings.HasPrefix(parts[i], "*") {
					parts[i] = name
				}
			}
			for _, query := range []string{"", "terbitan=7", "terbitan=0&q=%00", "q=bendogrit&urut=nilai&status=belum", "after=x&limit=-1", "%"} {
				f.Add(strings.Join(parts, "/"), query)
			}
		}
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		if !strings.HasPrefix(path, "/") || strings.Contains(path, "?") || isWork(path) {
			return
		}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := askFor(s, method, path+"?"+query)
			if w.Code >= http.StatusInternalServerError {
				t.Errorf("%s %q?%q: %d %.200s", method, path, query, w.Code, w.Body)
			}
			if to := w.Header().Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "\\") && strings.HasPrefix(to, "/\\") {
				t.Errorf("%q?%q leads out of the site: %q", path, query, to)
			}
			if strings.Contains(w.Body.String(), "<b>") && strings.Contains(path+query, "<b>") && strings.Contains(w.Body.String(), path) {
				t.Errorf("%q?%q stands unescaped in its page", path, query)
			}
		}
	})
}
