package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
)

// edition is a publication of the demo: what was known at noon of the day,
// published two hours later.
type edition struct {
	period roadmap.Period
	month  time.Month
	day    int
	year   int
	reason string
}

// editions are the eight publications, one for each quarter and one correction.
func editions() []edition {
	regular := func(year, quarter int, month time.Month, day, in int) edition {
		p := roadmap.Period{Year: year, Quarter: quarter}
		return edition{p, month, day, in, "Terbitan triwulanan"}
	}
	return []edition{
		regular(2025, 1, time.April, 30, 2025),
		regular(2025, 2, time.July, 31, 2025),
		regular(2025, 3, time.October, 31, 2025),
		regular(2025, 4, time.January, 30, 2026),
		regular(2026, 1, time.April, 30, 2026),
		regular(2026, 2, time.July, 31, 2026),
		regular(2026, 3, time.October, 30, 2026),
		{newest, time.November, 12, 2026, "Koreksi: realisasi KTP-el satu hari Dispendukcapil pada 2026-TW2, setelah uji petik Inspektorat menemukan cetak ulang ikut terhitung"},
	}
}

// Publish makes the publications that are not there yet, in their order, with
// the rights of the server's own login. done is called after each with its
// number and how many there will be.
func Publish(ctx context.Context, db *bun.DB, zone *time.Location, done func(number, of int)) error {
	var there int
	if err := db.NewRaw(`SELECT count(*) FROM publications`).Scan(ctx, &there); err != nil {
		return fmt.Errorf("count publications: %w", err)
	}
	all := editions()
	for n := there; n < len(all); n++ {
		e := all[n]
		asOf := at(zone, e.year, e.month, e.day, 12, 0)
		_, err := scorecard.Publish(ctx, db, scorecard.PublishOptions{
			Period: e.period, Reason: e.reason, AsOf: asOf, PublishedAt: asOf.Add(2 * time.Hour), Zone: zone,
		})
		if err != nil {
			return fmt.Errorf("publish %s in the demo: %w", e.period, err)
		}
		done(n+1, len(all))
	}
	return nil
}
