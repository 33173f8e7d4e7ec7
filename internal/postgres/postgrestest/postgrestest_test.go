package postgrestest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

func TestEachTestHasAMigratedDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 3 {
		db := postgrestest.NewDatabase(t)
		if err := postgres.UpToDate(t.Context(), db.Web); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.Web.NewRaw("SELECT count(*) FROM settings WHERE key = 'demo'").Scan(t.Context(), &n); err != nil || n != 0 {
			t.Fatalf("%d settings, error %v; want none: rows of another test are here", n, err)
		}
		if _, err := db.Owner.NewRaw("INSERT INTO settings (key, value) VALUES ('demo', 'ya')").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// filled counts how often it is made.
var (
	fills  atomic.Int32
	filled = postgrestest.NewFilled(func(ctx context.Context, d *postgrestest.Database) error {
		fills.Add(1)
		_, err := d.Owner.NewRaw("INSERT INTO settings (key, value) VALUES ('demo', 'ya')").Exec(ctx)
		return err
	})
)

func TestAFilledDatabaseIsMadeOnceAndEachTestHasACloneOfItsOwn(t *testing.T) {
	t.Parallel()
	var all []*postgrestest.Database
	for range 3 {
		all = append(all, filled.NewDatabase(t))
	}
	for i, d := range all {
		var n int
		if err := d.Public.NewRaw("SELECT 1").Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		if err := d.Owner.NewRaw("SELECT count(*) FROM settings WHERE key = 'demo'").Scan(t.Context(), &n); err != nil || n != 1 {
			t.Errorf("database %d: %d settings, error %v; want the one that was filled in", i, n, err)
		}
		if _, err := d.Owner.NewRaw("DELETE FROM settings").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := fills.Load(); n != 1 {
		t.Errorf("filled %d times", n)
	}
}

func BenchmarkNew(b *testing.B) {
	postgrestest.New(b) // the first one starts the server
	for b.Loop() {
		postgrestest.New(b)
	}
}
