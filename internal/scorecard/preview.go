package scorecard

import (
	"context"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
)

// Preview computes what Publish would publish, and writes nothing: no run, no intent, no
// publication. It refuses what Publish refuses, but for a correction without its reason,
// which is asked for later. The content has the number the publication would get.
func Preview(ctx context.Context, db *bun.DB, o PublishOptions) (*Content, error) {
	o.AsOf, o.PublishedAt = publishedMoment(o.AsOf), publishedMoment(o.PublishedAt)
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Reason == "" {
		o.Reason = "Pratinjau"
	}
	var c *Content
	err := inSnapshot(ctx, db, func(ctx context.Context, tx postgres.Tx) error {
		p := &Publication{Number: 1, Period: o.Period}
		if err := p.follow(ctx, tx, &o); err != nil {
			return err
		}
		in, err := loadInputs(ctx, tx, o.Period, o.AsOf, o.Zone, nil)
		if err != nil {
			return err
		}
		r, err := compute(in)
		if err != nil {
			return err
		}
		c, err = r.content(ctx, tx, p, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}
