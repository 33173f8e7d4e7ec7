package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// published is the published site alone, over a database of its own, with three kinds of
// pages of the test: /, /daftar (which takes urut) and /barang/:kode.
type published struct {
	*postgrestest.Database
	t       testing.TB
	site    *site
	handler http.Handler
	log     *strings.Builder
	now     time.Time
	built   atomic.Int32 // how many pages were made
	last    string       // hash of the latest publication
	heavy   func(string) // called while a slow answer is made; nil: nothing
}

func newPublished(t testing.TB) *published {
	t.Helper()
	p := &published{Database: postgrestest.NewDatabase(t), t: t, log: &strings.Builder{}, now: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}
	pages, err := newRenderer(fstest.MapFS{
		"layout.html":             {Data: []byte(`{{define "layout"}}<title>{{.Title}}</title>{{template "main" .}}` + strings.Repeat("<hr>", 50) + `{{end}}`)},
		"components/nothing.html": {Data: []byte(`{{define "nothing"}}{{end}}`)},
		"pages/thing.html":        {Data: []byte(`{{define "main"}}<p>{{.Edition.Number}} {{.Text}}</p><a href="{{.Link "/daftar"}}">{{end}}`)},
		"pages/empty.html":        {Data: []byte(`{{define "main"}}<p>Belum ada terbitan {{if not .Period.IsZero}}{{.Period}} {{.PublishBy.Format "2006-01-02"}}{{end}}</p>{{end}}`)},
	}, nil, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	type thing struct {
		Page
		Text string
	}
	page := func(text func(e *edition, q params) (string, error)) func(*edition, params) (view, error) {
		return func(e *edition, q params) (view, error) {
			p.built.Add(1)
			s, err := text(e, q)
			if err != nil {
				return view{}, err
			}
			return view{template: "thing", data: thing{Page: newPage(e, "/", "/", "Barang", ""), Text: s}}, nil
		}
	}
	routes := []publicRoute{
		{
			pattern: "/",
			page:    page(func(*edition, params) (string, error) { return "beranda", nil }),
			paths:   func(*edition) []string { return []string{"/"} },
		},
		{
			pattern: "/daftar",
			page: page(func(_ *edition, q params) (string, error) {
				if order := q.query.Get("urut"); order == "nilai" {
					return "urut nilai", nil
				}
				return "daftar", nil
			}),
			paths: func(*edition) []string { return []string{"/daftar"} },
			query: []string{wordOrder},
		},
		{
			pattern: "/barang/:kode",
			page: page(func(e *edition, q params) (string, error) {
				if a := e.Agency(q.path["kode"]); a != nil {
					return a.Name + " " + q.query.Get("q"), nil
				}
				return "", fault.New(fault.NotFound, "Barang tidak ada.")
			}),
			query: []string{wordSearch},
		},
		{
			pattern: "/berat/:kode",
			page: func(e *edition, q params) (view, error) {
				if p.heavy != nil {
					p.heavy(q.path["kode"])
				}
				return view{file: &file{contentType: "text/plain; charset=utf-8", body: []byte(q.path["kode"])}}, nil
			},
			slow: func(q params) bool { return q.path["kode"] != "ringan" },
		},
		{
			pattern: "/lama/:kode",
			page: func(e *edition, q params) (view, error) {
				return view{redirect: e.Link("/barang/" + q.path["kode"])}, nil
			},
		},
		{
			pattern: bytesPattern,
			page:    page(func(*edition, params) (string, error) { return "terbitan", nil }),
		},
	}
	p.site = newSite(p.Public, p.Web, pages, routes, "https://rapor.example.go.id", func() time.Time { return p.now }, slog.New(slog.NewTextHandler(p.log, nil)))
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	for _, a := range p.site.addresses() {
		h := func(c *gin.Context) {
			if err := a.handle(c); err != nil {
				status, message := httpStatus(err)
				c.String(status, message)
			}
		}
		engine.Handle(a.method, a.pattern, h)
		if a.method == http.MethodGet {
			engine.HEAD(a.pattern, h)
		}
	}
	p.handler = p.site.front(func(h http.Header) { h.Set("X-Test", "front") }, engine)
	return p
}

// refresh makes the site look for new publications.
func (p *published) refresh() {
	p.t.Helper()
	if err := p.site.refresh(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// publish inserts the publication with this content, after the last one.
func (p *published) publish(c *scorecard.Content) []byte {
	p.t.Helper()
	if p.last != "" {
		c.PreviousSHA256 = new(p.last)
	}
	content, err := scorecard.Canonical(c)
	if err != nil {
		p.t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	p.last = hex.EncodeToString(sum[:])
	p.insert(c, content)
	return content
}

func (p *published) insert(c *scorecard.Content, content []byte) {
	p.t.Helper()
	exec(p.t, p.Owner, `
		INSERT INTO scales (code, version, name, basis, status, valid_from) VALUES ('uji', 1, '', '', 'contoh', '2025-01-01')
		ON CONFLICT DO NOTHING`)
	exec(p.t, p.Owner, `
		INSERT INTO rule_sets (code, revision, formula_version, cap, band_scale_id, word_scale_id, valid_from, basis)
		SELECT 'm1', 1, 1, 120, id, id, '2025-01-01', '' FROM scales
		ON CONFLICT DO NOTHING`)
	exec(p.t, p.Owner, `
		INSERT INTO runs (year, quarter, as_of, rule_set_id, formula_version, input_hash, scored, missing, left_out, started_at, duration_ms)
		SELECT ?, ?, ?, id, 1, ?, 0, 0, 0, ?, 1 FROM rule_sets`, c.Period.Year, c.Period.Quarter, c.AsOf, p.last, c.AsOf)
	exec(p.t, p.Owner, `
		INSERT INTO publications (number, run_id, year, quarter, as_of, published_at, reason, status, content, sha256, previous_sha256)
		SELECT ?, max(id), ?, ?, ?, ?, ?, ?, ?, ?, ? FROM runs`,
		c.Number, c.Period.Year, c.Period.Quarter, c.AsOf, c.PublishedAt, c.Reason, c.Status, content, p.last, c.PreviousSHA256)
}

func exec(t testing.TB, db *bun.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.NewRaw(query, args...).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// get asks for an address. Headers come in pairs of name and value.
func (p *published) get(path string, headers ...string) *httptest.ResponseRecorder {
	return p.ask(http.MethodGet, path, headers...)
}

func (p *published) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	return ask(p.handler, method, path, headers...)
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// testContent is a publication of this many agencies with indicators each, in all quarters
// from 2025-TW1 on, one more with each number.
func testContent(number, agencies, indicators int) *scorecard.Content {
	last := scoring.Period{Year: 2025, Quarter: 1}
	for range number - 1 {
		last = last.Next()
	}
	at := time.Date(2025, 5, 1, 3, 0, 0, 0, time.UTC).AddDate(0, 3*(number-1), 0)
	c := &scorecard.Content{
		Format: "petajalan-publication-1", Number: number, Period: last, PublishedAt: at, AsOf: at.Add(-time.Hour),
		Reason: "Terbitan triwulanan", Status: "contoh", InputHash: strings.Repeat("0", 64),
		Method: scorecard.Method{ID: "m1", FormulaVersion: 1, Cap: "120.00", Floor: "0.00",
			Bands: []scorecard.Band{{From: new("90.00"), Rating: "sangat_tinggi", Label: "Sangat tinggi"}, {Rating: "rendah", Label: "Rendah"}},
			Words: []scorecard.Band{}, Scales: []scorecard.Scale{}, Rollup: []scorecard.Rule{{Level: "city", Rule: "rerata"}}},
		Areas:    []scorecard.Area{{Code: "35.72", Level: "kota", Name: "Kota Blitar"}},
		Goals:    []scorecard.Goal{{Code: "T1", Name: "Layanan", Weight: "100.00", Objectives: []scorecard.Objective{{Code: "S1", Name: "Cepat"}}}},
		Services: []scorecard.Service{{Code: "ktp", Name: "KTP-el", Agencies: []string{"opd-00"}, Standard: &scorecard.Standard{Version: 1, Sources: []string{}, Provenance: map[string]string{}}}},
	}
	for i := range indicators {
		c.Indicators = append(c.Indicators, scorecard.Indicator{
			Code: fmt.Sprintf("IND-%02d", i), Name: fmt.Sprintf("Indikator %d", i), Objective: "S1", Goal: "T1",
			Definition: "Bagian permohonan yang selesai tepat waktu.", Kind: scoring.KindFraction, Direction: scoring.HigherIsBetter,
			Consolidation: scoring.Sum, Frequency: scoring.Quarterly, Unit: "persen", Status: "contoh", Steps: []scorecard.MilestoneStep{},
		})
	}
	for a := range agencies {
		c.Agencies = append(c.Agencies, scorecard.Agency{Code: fmt.Sprintf("opd-%02d", a), Name: fmt.Sprintf("Dinas %d", a), Kind: "dinas", Area: "35.72", Reports: true})
		for i := range indicators {
			c.Targets = append(c.Targets, scorecard.Target{
				Agency: fmt.Sprintf("opd-%02d", a), Indicator: fmt.Sprintf("IND-%02d", i), Year: 2025, Value: new("90"), Weight: "10.00", Status: "contoh", RecordedAt: at,
			})
		}
	}
	for _, p := range scoring.PeriodsTo(scoring.Period{Year: 2025, Quarter: 1}, last) {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p, OpensAt: at, DueAt: at, ClosesAt: at, PublishBy: at})
		for a := range agencies {
			for i := range indicators {
				c.Achievements = append(c.Achievements, scorecard.Achievement{
					Period: p, Agency: fmt.Sprintf("opd-%02d", a), Indicator: fmt.Sprintf("IND-%02d", i), Objective: "S1", Goal: "T1",
					Kind: scoring.KindFraction, Direction: scoring.HigherIsBetter, Consolidation: scoring.Sum, Frequency: scoring.Quarterly,
					Unit: "persen", State: scoring.Scored, Weight: "10.00", AsOf: p, Reported: new(fmt.Sprint(80 + i%20)), Target: new("90"),
					Raw: new("98.50"), Scored: new("98.50"), Rating: new("sangat_tinggi"), FirstTarget: new("90"), Evidence: new("pernyataan"),
					Provenance: &scorecard.Provenance{Revision: 1, Reported: &scorecard.Step{Role: "operator", Office: "Dinas", At: at}, Evidence: []scorecard.EvidenceLabel{}},
					Method:     "m1", Publication: number,
				})
			}
		}
		score := func(level scoring.Level, code string) {
			c.Scores = append(c.Scores, scorecard.Score{Level: level, Code: code, Period: p, Score: new("82.10"), Low: "80.00", High: "84.00", Coverage: "0.9600",
				Counts: scorecard.Counts{Ratings: map[string]int{"sangat_tinggi": 1}, States: map[scoring.State]int{scoring.Scored: 1}}, Method: "m1", Publication: number})
		}
		score(scoring.LevelCity, scoring.CityCode)
		score(scoring.LevelGoal, "T1")
		score(scoring.LevelObjective, "S1")
		for a := range agencies {
			score(scoring.LevelAgency, fmt.Sprintf("opd-%02d", a))
		}
	}
	return c
}

// cityContent is a publication of a city's size: 51 agencies, the last 21 of them
// kelurahan, with 15 indicators each over two years.
func cityContent() *scorecard.Content {
	c := testContent(8, 51, 15)
	c.Number = 1
	for i := 30; i < 51; i++ {
		a, code := &c.Agencies[i], fmt.Sprintf("35.72.01.%04d", 1000+i)
		a.Kind, a.Name, a.Area = "kelurahan", fmt.Sprintf("Kelurahan %d", i), code
		c.Areas = append(c.Areas, scorecard.Area{Code: code, Level: "kelurahan", Parent: new("35.72"), Name: fmt.Sprint(i),
			Slug: new(fmt.Sprintf("kelurahan-%d", i)), Outline: new("M0 0h10v10z"), LabelX: new(5), LabelY: new(5), LabelRoom: new(9)})
	}
	return c
}
