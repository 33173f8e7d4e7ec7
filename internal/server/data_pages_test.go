package server

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/fault"
	"petajalan/internal/opendata"
)

// pastBlitar is the same publication, seen after a newer one has followed.
func pastBlitar(t testing.TB) *edition {
	t.Helper()
	e := blitar(t)
	e.Base, e.Latest = "https://rapor.example.go.id", false
	e.Others = append(e.Others, editionInfo{Number: 9, Period: e.Period})
	return e
}

// dataAnswer is the answer to a request for a file of the open data.
func dataAnswer(t testing.TB, e *edition, name string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r, _ := newTestRenderer(t)
	v, err := showDataFile(e, params{path: map[string]string{"berkas": name}})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	a, err := (&site{pages: r}).renderQuick(v)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/data/"+name, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	if err := a.serve(w, request); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return w
}

func TestEverySetIsAFileInEveryFormatForProgramsOfOtherSites(t *testing.T) {
	t.Parallel()
	e := pastBlitar(t)
	for _, set := range opendata.Sets {
		for _, f := range opendata.Formats {
			name := set.Name + "." + f.Extension
			if dataSetPath(set.Name, f.Extension) != "/data/"+name {
				t.Errorf("the address of %s is %s", name, dataSetPath(set.Name, f.Extension))
			}
			w := dataAnswer(t, e, name)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != f.ContentType || w.Body.Len() == 0 {
				t.Errorf("%s: %d, %s, %d bytes", name, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
			}
			want := "attachment; filename=" + set.Name + "-terbitan-8-2026-TW3-peragaan." + f.Extension
			if got := w.Header().Get("Content-Disposition"); got != want {
				t.Errorf("%s is kept as %s, want %s", name, got, want)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
				t.Errorf("programs of other sites cannot read %s", name)
			}
			if again := dataAnswer(t, e, name, "If-None-Match", w.Header().Get("Etag")); again.Code != http.StatusNotModified {
				t.Errorf("%s changes from one time to the next: %d", name, again.Code)
			}
		}
	}
}

func TestFilesBesideTheSetsAreWhatTheySay(t *testing.T) {
	t.Parallel()
	e := pastBlitar(t)
	for name, want := range map[string]string{
		"katalog.jsonld":    `https://rapor.example.go.id/data/nilai.csv?terbitan=8`,
		"csv-metadata.json": `"url": "nilai.csv"`,
		"kamus.csv":         "nilai,coverage,decimal",
	} {
		if body := dataAnswer(t, e, name).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s does not say %s", name, want)
		}
	}
	for name, want := range map[string]string{"semua.zip": "kamus.csv", "hitung-sendiri.zip": "terbitan-8.json"} {
		body := dataAnswer(t, e, name).Body.Bytes()
		r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := r.Open(want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	lines, err := csv.NewReader(dataAnswer(t, e, "nilai.csv").Body).ReadAll()
	if err != nil || len(lines) != len(e.Content.Scores)+1 {
		t.Errorf("nilai.csv has %d lines for %d scores: %v", len(lines), len(e.Content.Scores), err)
	}
}

func TestUnknownFilesAreAnsweredWithTheNearestAndAll(t *testing.T) {
	t.Parallel()
	e := pastBlitar(t)
	for name, want := range map[string]string{
		"nilia.csv": "Maksud Anda /data/nilai.csv?", "nilai.pdf": "Yang ada: terbitan, instansi", "zqx": "“zqx”",
		".": "Tidak ada berkas data", "capaian.csv.gz": "capaian", strings.Repeat("a", 5000): "Yang ada: terbitan",
	} {
		_, err := showDataFile(e, params{path: map[string]string{"berkas": name}})
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", name, err, want)
		}
	}
	for name, want := range map[string]string{"nilai": "/data?terbitan=8#nilai", "Nilai.CSV": "/data/nilai.csv?terbitan=8"} {
		v, err := showDataFile(e, params{path: map[string]string{"berkas": name}})
		if err != nil || v.redirect != want {
			t.Errorf("%s leads to %q, want %q (error: %v)", name, v.redirect, want, err)
		}
	}
}

func TestPagesOfTheOpenDataKeepTheirBudgetAndTheirEdition(t *testing.T) {
	t.Parallel()
	r, _ := newTestRenderer(t)
	e := pastBlitar(t)
	for _, route := range dataRoutes() {
		if strings.Contains(route.pattern, ":") {
			continue
		}
		page := renderPath(t, r, e, route, params{})
		d := parse(t, page)
		zipped, _, err := newCompressor().compress([]byte(page))
		if err != nil {
			t.Fatal(err)
		}
		if n := d.Find("*").Length(); len(zipped) > 12_000 || n > 1500 {
			t.Errorf("%s: %d bytes, %d elements", route.pattern, len(zipped), n)
		}
		for _, forbidden := range []string{"<script", "style=", "<no value>", "%!", "ZgotmplZ"} {
			if strings.Contains(page, forbidden) {
				t.Errorf("%s contains %q", route.pattern, forbidden)
			}
		}
		d.Find("main a[href^='/data'], main a[href^='/metode']").Each(func(_ int, a *goquery.Selection) {
			if href := a.AttrOr("href", ""); !strings.Contains(href, "terbitan=") {
				t.Errorf("%s leads to %s, out of the edition", route.pattern, href)
			}
		})
	}
}

func TestTheDataPageIsMarkedUpAsADataSet(t *testing.T) {
	t.Parallel()
	r, _ := newTestRenderer(t)
	e := pastBlitar(t)
	d := parse(t, renderPath(t, r, e, publicRoute{page: showData}, params{}))
	set := d.Find("[itemtype='https://schema.org/Dataset']")
	for _, property := range []string{"name", "description", "license", "url", "temporalCoverage", "spatialCoverage", "publisher", "dateModified", "creditText"} {
		if set.Find("[itemprop='"+property+"']").Length() == 0 {
			t.Errorf("the data set has no %s", property)
		}
	}
	if got, want := set.Find("[itemtype='https://schema.org/DataDownload']").Length(), len(opendata.Sets)*len(opendata.Formats)+1; got != want {
		t.Errorf("%d downloads are marked up, want %d", got, want)
	}
}
