package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/inspection"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/schedule"
	"petajalan/internal/scorecard"
)

// newLedger is the ledger of all scheduled work. db is of the job login: a slot
// under way holds one connection, and its work may take a second. post is what leaves the program.
func newLedger(db *bun.DB, post *notice.Post, files evidence.Store, zone *time.Location, log *slog.Logger) (*schedule.Ledger, error) {
	return schedule.NewLedger(schedule.Config{DB: db, Zone: zone, Log: log, Dead: tellDead(zone), Jobs: []schedule.Job{
		{
			Name: "score", Spec: "15 1 * * *", CatchUp: schedule.CatchUpAll,
			Run: func(ctx context.Context, _ postgres.Tx, slot time.Time) (string, error) {
				return scoreCurrent(ctx, db, zone, slot)
			},
		},
		{
			// At once, since a new database has no periods yet.
			Name: "periods", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, AtOnce: true,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				return keepPeriods(ctx, tx, zone, slot)
			},
		},
		{
			Name: "spot-checks", Spec: "10 * * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				s, err := inspection.DrawClosed(ctx, tx, slot)
				if err != nil || s == nil {
					return "nothing to draw", err
				}
				return fmt.Sprintf("%s: drew %d of %d", s.Period, s.Size, s.Population), nil
			},
		},
		{
			Name: "rehash", Spec: "30 2 * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, _ postgres.Tx, _ time.Time) (string, error) {
				n, err := scorecard.Rehash(ctx, db)
				return fmt.Sprintf("%d publications", n), err
			},
		},
		{
			Name: "sweep", Spec: "20 3 * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, _ postgres.Tx, slot time.Time) (string, error) {
				swept, err := evidence.Sweep(ctx, db, files, slot)
				return swept.String(), err
			},
		},
		{
			Name: "purge", Spec: "45 * * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				return purge(ctx, tx, zone, slot)
			},
		},
		{
			Name: "reminders", Spec: "30 6 * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				return climbLadder(ctx, tx, zone, slot)
			},
		},
		{
			// After the reminders, which it brings.
			Name: "digest", Spec: "0 7 * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				return writeDigests(ctx, tx, post, zone, slot)
			},
		},
		{
			// Its rows have transactions of their own: what was sent stays sent.
			Name: "outbox", Spec: "* * * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, _ postgres.Tx, _ time.Time) (string, error) {
				delivered, err := post.Deliver(ctx)
				return delivered.String(), err
			},
		},
		{
			Name: "anchor", Spec: "5 * * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				return anchorTrail(ctx, tx, log, zone, slot)
			},
		},
		{
			Name: "audit", Spec: "0 3 * * *", CatchUp: schedule.CatchUpLatest,
			Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
				return verifyTrail(ctx, tx, log, zone, slot)
			},
		},
	}})
}

// scoreCurrent scores every period that is open and the one that closed last, as
// of the moment. A run has its own transaction, of one snapshot; scored again
// after a crash, the same inputs give the run that exists.
func scoreCurrent(ctx context.Context, db *bun.DB, zone *time.Location, asOf time.Time) (string, error) {
	periods, err := roadmap.Periods(ctx, db)
	if err != nil {
		return "", err
	}
	var current []roadmap.Period
	var closed roadmap.Period
	for _, r := range periods {
		switch {
		case r.OpenedAt == nil || r.OpensAt.After(asOf):
		case r.ClosedAt == nil:
			current = append(current, r.Period)
		default:
			closed = r.Period
		}
	}
	if !closed.IsZero() {
		current = append([]roadmap.Period{closed}, current...)
	}
	var results []string
	for _, p := range current {
		run, err := scorecard.ScorePeriod(ctx, db, scorecard.ScoreOptions{Period: p, AsOf: asOf, Zone: zone, Whole: true})
		if err != nil {
			return "", err
		}
		results = append(results, fmt.Sprintf("%s: run %d, scored %d, missing %d", p, run.ID, run.Scored, run.Missing))
	}
	if len(results) == 0 {
		return "no period has opened", nil
	}
	return strings.Join(results, "; "), nil
}

func jobsCommand(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "jobs",
		Short: "List the scheduled work: when it runs next, and how the last slots went",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withLedger(c.Context(), p.printJobs)
		},
	}
	c.AddCommand(&cobra.Command{
		Use:   "run NAME",
		Short: "Do a piece of scheduled work now, once",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withLedger(c.Context(), func(ctx context.Context, s *store, l *schedule.Ledger, _ *time.Location) error {
				slot, err := l.RunNow(ctx, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "%s: %s (%d ms)\n", slot.Job, slot.Result, slot.Duration().Milliseconds())
				return nil
			})
		},
	})
	return c
}

// withLedger runs f with the database and its ledger.
func (p *program) withLedger(ctx context.Context, f func(context.Context, *store, *schedule.Ledger, *time.Location) error) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler) // the command prints its outcome itself
	return p.withStore(ctx, func(ctx context.Context, s *store, zone *time.Location) (err error) {
		post, err := s.newPost(cfg)
		if err != nil {
			return err
		}
		files, closer, err := openEvidence(ctx, cfg, s.job)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closer.Close()) }()
		l, err := newLedger(s.job, post, files, cfg.Zone, log)
		if err != nil {
			return err
		}
		return f(ctx, s, l, zone)
	})
}

// slotsShown is how many slots of each job the list has.
const slotsShown = 5

func (p *program) printJobs(ctx context.Context, s *store, l *schedule.Ledger, zone *time.Location) error {
	slots, err := schedule.List(ctx, s.job, slotsShown)
	if err != nil {
		return err
	}
	last := map[string][]schedule.Slot{}
	for _, slot := range slots {
		last[slot.Job] = append(last[slot.Job], slot)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	const moment = "2006-01-02 15:04 -0700"
	for _, j := range l.Upcoming(time.Now()) {
		fmt.Fprintf(w, "%s\t%s\tnext %s\n", j.Name, j.Spec, j.Next.In(zone).Format(moment))
		for _, slot := range last[j.Name] {
			outcome := slot.Result
			if slot.Error != "" && slot.Status != schedule.Done {
				outcome, _, _ = strings.Cut(slot.Error, "\n")
			}
			how := string(slot.Status)
			if slot.Manual {
				how += ", by hand"
			}
			fmt.Fprintf(w, "\t%s\t%s\t%d ms\t%s\n", slot.Slot.In(zone).Format(moment), how, slot.Duration().Milliseconds(), outcome)
		}
	}
	return w.Flush()
}
