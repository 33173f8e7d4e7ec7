package postgrestest_test

import (
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

func BenchmarkNew(b *testing.B) {
	postgrestest.New(b) // the first one starts the server
	for b.Loop() {
		postgrestest.New(b)
	}
}
