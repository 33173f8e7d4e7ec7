package server

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"petajalan/internal/demo"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
	"petajalan/seeds"
)

// demoCity is the whole invented city without a publication.
func demoCity(t testing.TB) *postgrestest.Database {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	if err := demo.Mark(t.Context(), d.Owner); err != nil {
		t.Fatal(err)
	}
	if _, err := seeds.Load(t.Context(), d.Owner, seeds.Files(), demo.PlanKnown(wib)); err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), d.Owner, wib); err != nil {
		t.Fatal(err)
	}
	return d
}

// publishCity scores and publishes the newest quarter of the city; correction says why it
// is done again.
func publishCity(t testing.TB, d *postgrestest.Database, at time.Time, correction string) {
	t.Helper()
	_, err := scorecard.Publish(t.Context(), d.Owner, scorecard.PublishOptions{
		Period: scoring.Period{Year: 2026, Quarter: 3}, AsOf: at, PublishedAt: at, Zone: wib, Reason: correction,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Budget of a public page, and of the memory that all of them may take together.
const (
	pageBytes    = 12_000 // of the HTML, packed
	pageElements = 1500
	pagesMemory  = 64 << 20
)

// TestCity_PagesKeepTheirBudget walks every page that links lead to, from the home page of a
// whole city on: those built ahead all, of the steps behind single figures one in forty.
func TestCity_PagesKeepTheirBudget(t *testing.T) {
	t.Parallel()
	d := demoCity(t)
	publishCity(t, d, time.Date(2026, 10, 30, 12, 0, 0, 0, wib), "Terbitan triwulanan")
	s := openSite(t, d)
	s.at(november)
	type size struct {
		path            string
		bytes, elements int
	}
	var sizes []size
	tag, link := regexp.MustCompile(`<[a-z]`), regexp.MustCompile(` href="(/[^"#]*)`)
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for figures := 0; len(queue) > 0; {
		path := queue[0]
		queue = queue[1:]
		if strings.HasPrefix(path, "/hitung/") {
			if figures++; figures%40 != 1 {
				continue
			}
		}
		w := ask(s.server.Handler(), http.MethodGet, path, "Accept-Encoding", "gzip")
		if w.Code != http.StatusOK && w.Code != http.StatusFound {
			t.Errorf("%s answers %d: %.200s", path, w.Code, w.Body)
			continue
		}
		if w.Header().Get("Content-Type") != contentHTML {
			continue
		}
		page, length := readPage(t, w)
		n := len(tag.FindAllString(page, -1))
		if length > pageBytes || n > pageElements {
			t.Errorf("%s has %d bytes and %d elements, want at most %d and %d", path, length, n, pageBytes, pageElements)
		}
		for _, forbidden := range []string{"<script", " style=", " onclick="} {
			if strings.Contains(page, forbidden) {
				t.Errorf("%s has %q", path, forbidden)
			}
		}
		sizes = append(sizes, size{path, length, n})
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			next := strings.ReplaceAll(m[1], "&amp;", "&")
			if !seen[next] && !isWork(next) && !strings.HasPrefix(next, "/tema") && !strings.HasPrefix(next, assetPrefix) {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	if len(sizes) < 200 {
		t.Errorf("links lead to %d pages, want the whole city", len(sizes))
	}
	slices.SortFunc(sizes, func(a, b size) int { return b.bytes - a.bytes })
	for _, p := range sizes[:min(8, len(sizes))] {
		t.Logf("%6d bytes %5d elements %s", p.bytes, p.elements, p.path)
	}
	shelf := s.server.site.current.Load()
	built, others := shelf.builtCost(), shelf.onDemand.limit+shelf.slow.limit
	t.Logf("%d pages walked; %d answers built ahead take %d kB, the others may take %d kB", len(sizes), len(shelf.built), built>>10, others>>10)
	if built+others > pagesMemory || built > pagesMemory/2 {
		t.Errorf("pages built ahead take %d bytes and the others may take %d, want at most %d together and half of it ahead", built, others, pagesMemory)
	}
}

// readPage returns the page and how long it is on the way.
func readPage(t testing.TB, w *httptest.ResponseRecorder) (page string, length int) {
	t.Helper()
	length = w.Body.Len()
	if w.Header().Get("Content-Encoding") != "gzip" {
		return w.Body.String(), length
	}
	zr, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	return string(all), length
}

// BenchmarkPublishing publishes the city again and again as corrections: seconds to score and
// write, and to render and pack all pages, at most 3 together; how many seconds of a core that
// takes, which a busy machine stretches; and the most memory that the program has meanwhile.
func BenchmarkPublishing(b *testing.B) {
	d := demoCity(b)
	at := time.Date(2026, 10, 30, 12, 0, 0, 0, wib)
	publishCity(b, d, at, "Terbitan triwulanan")
	s, err := New(Config{Web: d.Web, Public: d.Public, Now: time.Now, Zone: wib, Log: slog.New(slog.DiscardHandler), Keys: testKeys(b), Evidence: testStore(b, d.Web)})
	if err != nil {
		b.Fatal(err)
	}
	debug.FreeOSMemory()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20)) // as the program sets it
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Logf("the peak is that of the whole run: %v", err)
	}
	var publish, pages []float64
	used := coreSeconds(b)
	for b.Loop() {
		start := time.Now()
		at = at.Add(time.Hour)
		publishCity(b, d, at, fmt.Sprintf("Koreksi: uji kecepatan %d", len(publish)+1))
		published := time.Now()
		if err := s.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
		publish, pages = append(publish, published.Sub(start).Seconds()), append(pages, time.Since(published).Seconds())
	}
	slices.Sort(publish)
	slices.Sort(pages)
	b.ReportMetric(publish[len(publish)/2], "publish-s")
	b.ReportMetric(pages[len(pages)/2], "pages-s")
	b.ReportMetric((coreSeconds(b)-used)/float64(b.N), "core-s")
	b.ReportMetric(peakMemory(), "peak-MiB")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MiB")
}

// coreSeconds are those that this process has used so far.
func coreSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// peakMemory is the most memory that this process has had, in MiB; 0 where the system does
// not tell.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if text, found := strings.CutPrefix(line, "VmHWM:"); found {
			kB, err := strconv.ParseFloat(strings.Fields(text)[0], 64)
			if err != nil {
				return 0
			}
			return kB / 1024
		}
	}
	return 0
}
