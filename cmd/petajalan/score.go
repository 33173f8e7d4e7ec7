package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func scoreCommand(p *program) *cobra.Command {
	var period, asOf string
	var whole bool
	c := &cobra.Command{
		Use:   "score --period 2026-TW3",
		Short: "Score a period and all earlier ones, once",
		Long: `Scores what was reported and verified, and stores the run. The same inputs give the
run that exists. What has not changed since the last whole run is taken from it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, zone *time.Location) error {
				o := scorecard.ScoreOptions{AsOf: time.Now(), Zone: zone, Whole: whole}
				var err error
				if o.Period, err = scoring.ParsePeriod(period); err != nil {
					return err
				}
				if asOf != "" {
					if o.AsOf, err = parseMoment(asOf, zone); err != nil {
						return err
					}
				}
				began := time.Now()
				run, err := scorecard.ScorePeriod(ctx, s.job, o)
				if err != nil {
					return err
				}
				took := time.Since(began)
				states, err := scorecard.CountStates(ctx, s.job, run)
				if err != nil {
					return err
				}
				p.printRun(run, states, took)
				return nil
			})
		},
	}
	c.Flags().StringVar(&period, "period", "", "the period, written 2026-TW3")
	c.Flags().StringVar(&asOf, "as-of", "", "count what was known at this `moment`: a date (its beginning, in the zone of the city) or RFC 3339; default now")
	c.Flags().BoolVar(&whole, "whole", false, "score everything anew")
	must(c.MarkFlagRequired("period"))
	return c
}

func (p *program) printRun(run *scorecard.Run, states []scorecard.StateCount, took time.Duration) {
	what := "stored"
	if run.Reused {
		what = "already there, from the same inputs"
	}
	fmt.Fprintf(p.stdout, "run %d (%s)\nperiod %s, as of %s\n", run.ID, what, run.Period, run.AsOf.Format(time.RFC3339))
	for _, s := range states {
		fmt.Fprintf(p.stdout, "  %-20s %4d\n", s.State, s.Count)
	}
	fmt.Fprintf(p.stdout, "input hash %s\nin %d ms\n", run.InputHash, took.Milliseconds())
}

// withStore runs f with the database open, and closes it.
func (p *program) withStore(ctx context.Context, f func(context.Context, *store, *time.Location) error) (err error) {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	s, err := p.openStore(ctx, cfg, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(ctx, s, cfg.Zone)
}

// parseMoment reads a moment: RFC 3339, or a date, which means its first instant in zone.
func parseMoment(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return t, fmt.Errorf("moment %q is not written like 2026-10-05 or 2026-10-05T08:00:00+07:00", s)
	}
	return t, nil
}

// must is for mistakes in the program that show when it is first run.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
