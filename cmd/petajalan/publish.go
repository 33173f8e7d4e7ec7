package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func publishCommand(p *program) *cobra.Command {
	var period, reason string
	c := &cobra.Command{
		Use:   `publish --period 2026-TW3 [--reason "…"]`,
		Short: "Score a period anew and publish that run",
		Long: `Publishes for ever: a publication is never changed. The period is one that has ended
and is not older than the newest publication. Publishing the newest one again is a
correction and needs its reason, which everybody reads.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, zone *time.Location) error {
				now := time.Now()
				o := scorecard.PublishOptions{Reason: reason, AsOf: now, PublishedAt: now, Zone: zone}
				var err error
				if o.Period, err = scoring.ParsePeriod(period); err != nil {
					return err
				}
				published, err := scorecard.Publish(ctx, s.job, o)
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "publication %d of %s, from run %d\nsha256 %s\n%d bytes\n",
					published.Number, published.Period, published.Run.ID, published.SHA256, published.Size)
				return nil
			})
		},
	}
	c.Flags().StringVar(&period, "period", "", "the period, written 2026-TW3")
	c.Flags().StringVar(&reason, "reason", "", "why, in Indonesian, for everybody to read; required for a correction")
	must(c.MarkFlagRequired("period"))
	return c
}
