package main

import (
	"context"
	"fmt"
	"strconv"
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

func verifyCommand(p *program) *cobra.Command {
	var publication string
	c := &cobra.Command{
		Use:   "verify [--publication N]",
		Short: "Recompute publications from what they were made of, and compare every digit",
		Long: `Recomputes each publication from the report, target and rule-set revisions its run
named, and checks every row, record and hash. Exit code 1 with the first difference.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			number := 0 // all
			if c.Flags().Changed("publication") {
				var err error
				if number, err = strconv.Atoi(publication); err != nil || number < 1 {
					return fmt.Errorf("--publication %s: say which one by its number, 1 or more", publication)
				}
			}
			return p.withStore(c.Context(), func(ctx context.Context, s *store, zone *time.Location) error {
				count := 0
				err := scorecard.Verify(ctx, s.job, number, zone, func(v scorecard.Verified) {
					count++
					fmt.Fprintf(p.stdout, "publication %d of %s holds: %d achievements, %d scores, sha256 %s\n",
						v.Number, v.Period, v.Achievements, v.Scores, v.SHA256)
				})
				if err == nil && count == 0 {
					fmt.Fprintln(p.stdout, "nothing is published yet")
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&publication, "publication", "", "verify publication `N` alone; default all")
	return c
}
