package seeds_test

import (
	"testing"
	"time"

	"petajalan/internal/postgres/postgrestest"
	"petajalan/seeds"
)

var wib = time.FixedZone("WIB", 7*60*60)

func TestLoadsThePlan(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	start := time.Now()
	got, err := seeds.Load(t.Context(), db, seeds.Files(), time.Date(2025, 1, 2, 8, 0, 0, 0, wib))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start), got)
	start = time.Now()
	got, err = seeds.Load(t.Context(), db, seeds.Files(), time.Date(2026, 1, 2, 8, 0, 0, 0, wib))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start), got)
}
