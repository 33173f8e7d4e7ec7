package scorecard_test

import (
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/demo"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/seeds"
)

// jakarta is the zone of the city.
var jakarta = time.FixedZone("WIB", 7*60*60)

// newCity returns a database with the whole plan and seven quarters of invented progress,
// nothing of it scored or published.
func newCity(t testing.TB) *bun.DB {
	t.Helper()
	db := postgrestest.New(t)
	if _, err := seeds.Load(t.Context(), db, seeds.Files(), demo.PlanKnown(jakarta)); err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), db, jakarta); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `ANALYZE`); err != nil { // as autovacuum does in a while
		t.Fatal(err)
	}
	return db
}
