package main

import (
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/notice"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/schedule"
	"petajalan/seeds"
)

func TestScheduledWorkRunsInANewCity(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	d := postgrestest.NewDatabase(t)
	if _, err := seeds.Load(t.Context(), d.Owner, seeds.Files(), time.Now().In(zone)); err != nil {
		t.Fatal(err)
	}
	l, err := newLedger(d.Web, &notice.Post{DB: d.Web, Now: func() time.Time { return time.Now().In(zone) }}, storeOf(t, d.Web), zone, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	// The first tick writes the periods: the page without a publication shows the planned one.
	if n, err := l.Work(t.Context()); n != 1 || err != nil {
		t.Fatalf("first Work: %d slots, %v", n, err)
	}
	var periods int
	if err := d.Web.NewRaw(`SELECT count(*) FROM periods`).Scan(t.Context(), &periods); err != nil {
		t.Fatal(err)
	}
	if periods != 20 {
		t.Errorf("%d periods, want 20", periods)
	}
	for _, j := range l.Upcoming(time.Now()) {
		s, err := l.RunNow(t.Context(), j.Name)
		if err != nil || s.Status != schedule.Done || s.Result == "" {
			t.Errorf("%s: %s, %q, %v", j.Name, s.Status, s.Result, err)
		}
		if !j.Next.After(time.Now()) {
			t.Errorf("%s comes next at %s, which is past", j.Name, j.Next)
		}
	}
}

func TestDemoKnowsNoOtherDatabase(t *testing.T) {
	t.Parallel()
	p := &program{lookup: func(name string) (string, bool) {
		return "set", strings.Contains("DATABASE_URL DATABASE_OWNER_URL_FILE PETAJALAN_DATA", name)
	}}
	for name, want := range map[string]bool{"DATABASE_URL": false, "DATABASE_OWNER_URL_FILE": false, "PETAJALAN_DATA": true, "LOG_LEVEL": false} {
		if _, got := p.withoutDatabase(name); got != want {
			t.Errorf("%s is seen: %t, want %t", name, got, want)
		}
	}
}

func TestAddressesThatABrowserTakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ listening, want string }{
		{"[::]:8080", "localhost:8080"},
		{"0.0.0.0:80", "localhost:80"},
		{"127.0.0.1:9000", "127.0.0.1:9000"},
		{"[::1]:9000", "[::1]:9000"},
	} {
		a, err := net.ResolveTCPAddr("tcp", tt.listening)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a.String()); got != tt.want {
			t.Errorf("reachable(%s) = %s, want %s", tt.listening, got, tt.want)
		}
	}
}

// storeOf is a store of evidence in the database.
func storeOf(t *testing.T, db *bun.DB) evidence.Store {
	t.Helper()
	s, err := evidence.OpenPostgres(t.Context(), db, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
