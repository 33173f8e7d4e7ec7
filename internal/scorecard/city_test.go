package scorecard_test

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/demo"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/seeds"
)

// jakarta is the zone of the city.
var jakarta = time.FixedZone("WIB", 7*60*60)

// planned has the whole plan and seven quarters of invented progress, nothing of it scored or
// published.
var planned = postgrestest.NewFilled(func(ctx context.Context, d *postgrestest.Database) error {
	if _, err := seeds.Load(ctx, d.Owner, seeds.Files(), demo.PlanKnown(jakarta)); err != nil {
		return err
	}
	if err := demo.Fill(ctx, d.Owner, jakarta); err != nil {
		return err
	}
	_, err := d.Owner.ExecContext(ctx, `ANALYZE`) // as autovacuum does in a while
	return err
})

// newCity returns a database of the city.
func newCity(t testing.TB) *bun.DB {
	t.Helper()
	return planned.NewDatabase(t).Owner
}
