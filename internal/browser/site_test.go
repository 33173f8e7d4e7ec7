package browser_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/account"
	"petajalan/internal/demo"
	"petajalan/internal/evidence"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/server"
	"petajalan/seeds"
)

var (
	jakarta = time.FixedZone("WIB", 7*60*60)
	// clock is some days after the last publication of the demo.
	clock = time.Date(2026, time.November, 20, 9, 0, 0, 0, jakarta)
)

// city is the demo as serve shows it, and what its newest publication says.
type city struct {
	site    string // where it listens: http://127.0.0.1:port
	content *scorecard.Content
}

// invented is the demo with all its publications.
var invented = postgrestest.NewFilled(func(ctx context.Context, d *postgrestest.Database) error {
	if err := demo.Mark(ctx, d.Owner); err != nil {
		return err
	}
	if _, err := seeds.Load(ctx, d.Owner, seeds.Files(), demo.PlanKnown(jakarta)); err != nil {
		return err
	}
	if err := demo.Fill(ctx, d.Owner, jakarta); err != nil {
		return err
	}
	return demo.Publish(ctx, d.Web, jakarta, func(int, int) {})
})

// newCity serves the demo, with the quarter under way opened as for a visitor.
func newCity(t *testing.T) *city {
	t.Helper()
	d := invented.NewDatabase(t)
	site := serve(t, d, func() time.Time { return clock })
	files, err := evidence.OpenPostgres(t.Context(), d.Web, clock)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.OpenQuarter(t.Context(), d.Owner, files, jakarta, clock); err != nil {
		t.Fatal(err)
	}
	c := &city{site: site}
	if err := json.Unmarshal(get(t, c.site+"/terbitan/8.json").body, &c.content); err != nil {
		t.Fatal(err)
	}
	return c
}

// newUnpublished is the site of a city that has its plan and its calendar, and has
// published nothing. It returns where it listens.
func newUnpublished(t *testing.T) string {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	start := demo.PlanKnown(jakarta)
	if _, err := seeds.Load(t.Context(), d.Owner, seeds.Files(), start); err != nil {
		t.Fatal(err)
	}
	if _, err := roadmap.KeepPeriods(t.Context(), d.Web, jakarta, start); err != nil {
		t.Fatal(err)
	}
	return serve(t, d, func() time.Time { return start })
}

// serve puts the site over a database, as the command serve does, with a clock of its own.
func serve(t *testing.T, d *postgrestest.Database, now func() time.Time) (address string) {
	t.Helper()
	keys, err := account.NewKeys(strings.Repeat("uji-", 10))
	if err != nil {
		t.Fatal(err)
	}
	files, err := evidence.OpenPostgres(t.Context(), d.Web, now())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{
		Web: d.Web, Public: d.Public, Zone: jakarta, Keys: keys, Evidence: files,
		Now: now,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	go s.Run(t.Context()) // looks for publications
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return h.URL
}

// answer is what came back for an address.
type answer struct {
	status int
	header http.Header
	body   []byte
	bytes  int // on the wire
}

func (a answer) page(t *testing.T) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// get asks for an address and follows redirections.
func get(t *testing.T, address string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, http.DefaultClient, r)
}

func send(t *testing.T, client *http.Client, r *http.Request) answer {
	t.Helper()
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: body, bytes: len(body)}
}

// words are a text with each run of white space as one space.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }
