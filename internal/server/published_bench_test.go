package server

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"petajalan/internal/postgres/postgrestest"
)

// sink is a response that goes nowhere, so that a benchmark measures the program alone.
type sink struct {
	header http.Header
	status int
	bytes  int
}

func (w *sink) Header() http.Header         { return w.header }
func (w *sink) WriteHeader(status int)      { w.status = status }
func (w *sink) Write(b []byte) (int, error) { w.bytes += len(b); return len(b), nil }

// benchmarkPage asks the whole site, with a publication of a city's size, for one address.
func benchmarkPage(b *testing.B, path string, status int, tagged bool) {
	db := postgrestest.NewDatabase(b)
	p := &published{Database: db, t: b}
	p.publish(cityContent())
	s, err := New(Config{Web: db.Web, Public: db.Public, Now: time.Now, Zone: time.UTC, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Keys: testKeys(b), Evidence: testStore(b, db.Web)})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Load(b.Context()); err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	h := s.Handler()
	if tagged {
		w := &sink{header: http.Header{}}
		h.ServeHTTP(w, r)
		r.Header.Set("If-None-Match", w.header.Get("Etag"))
	}
	b.ReportAllocs()
	for b.Loop() {
		w := &sink{header: http.Header{}}
		if h.ServeHTTP(w, r); w.status != status {
			b.Fatalf("status %d, want %d", w.status, status)
		}
	}
}

func BenchmarkHomePage(b *testing.B)    { benchmarkPage(b, "/", http.StatusOK, false) }
func BenchmarkNotModified(b *testing.B) { benchmarkPage(b, "/", http.StatusNotModified, true) }
func BenchmarkKelurahan(b *testing.B) {
	benchmarkPage(b, "/kelurahan/kelurahan-30", http.StatusOK, false)
}
