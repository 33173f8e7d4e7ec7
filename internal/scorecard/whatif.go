package scorecard

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// WhatIf is what amended targets would do to an agency: the newest scored achievement of each
// target, and the agency's score of the newest period, as it is, as it would be, and against what
// was first promised.
type WhatIf struct {
	Period  scoring.Period // of Before, After and First: the newest one of the year with a score
	Before  *string        // score of the agency, "82.40"; nil: none
	After   *string
	First   *string // against the first promises, with the amendment
	Targets map[string]WhatIfTarget
}

// WhatIfTarget is one target of the agency by its indicator. Figures are scored achievements; nil
// where there is none.
type WhatIfTarget struct {
	Period scoring.Period // of the newest one that is scored; zero: none is
	Before *string
	After  *string
	First  *string
}

// AmendedTargets computes what the revisions, all of one agency and year, would do, by the engine and
// from the reports that runs use. It writes nothing. Without a period of the year that has begun by
// now the result is nil.
func AmendedTargets(ctx context.Context, db *bun.DB, zone *time.Location, agency string, year int, revisions []roadmap.Target, now time.Time) (*WhatIf, error) {
	period := roadmap.PeriodOf(now, zone)
	switch {
	case year > period.Year:
		return nil, nil
	case year < period.Year:
		period = scoring.Period{Year: year, Quarter: 4}
	}
	var w *WhatIf
	err := postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(ctx context.Context, tx postgres.Tx) error {
		var ids []int64
		if err := tx.NewRaw(`
			SELECT s.id FROM target_series s JOIN agencies a ON a.id = s.agency_id WHERE a.code = ? ORDER BY s.id`, agency).Scan(ctx, &ids); err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		in, err := loadInputs(ctx, tx, period, now, zone, ids)
		if err != nil {
			return err
		}
		w, err = in.whatIf(agency, year, revisions)
		return err
	})
	if fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Invalid {
		return nil, nil // nothing can be scored yet
	}
	if err != nil {
		return nil, fmt.Errorf("try amended targets of %s %d: %w", agency, year, err)
	}
	return w, nil
}

func (in *inputs) whatIf(agency string, year int, revisions []roadmap.Target) (*WhatIf, error) {
	before, err := compute(in)
	if err != nil {
		return nil, err
	}
	scored, was := before.achieved, before.scores
	for _, s := range in.series {
		in.amend(s, year, revisions)
	}
	after, err := compute(in)
	if err != nil {
		return nil, err
	}
	i := len(in.periods) - 1
	w := &WhatIf{Period: in.periods[i], Targets: map[string]WhatIfTarget{}}
	for j := i; j >= 0 && in.periods[j].Year == year; j-- {
		if now, first := agencyScore(after.scores[j], agency); now != nil {
			w.Period, w.After, w.First = in.periods[j], now, first
			w.Before, _ = agencyScore(was[j], agency)
			break
		}
	}
	for k, s := range in.series {
		for j := i; j >= 0 && in.periods[j].Year == year; j-- {
			now := &after.achieved[k][j]
			if now.State != scoring.Scored && scored[k][j].State != scoring.Scored {
				continue
			}
			t := WhatIfTarget{Period: in.periods[j]}
			if was := &scored[k][j]; was.State == scoring.Scored {
				t.Before = shownText(was.Scored)
			}
			if now.State == scoring.Scored {
				t.After = shownText(now.Scored)
				if now.HasFirst {
					t.First = shownText(now.FirstScored)
				}
			}
			w.Targets[s.indicator] = t
			break
		}
	}
	return w, nil
}

// amend puts the revision of the series, if there is one, in force.
func (in *inputs) amend(s *seriesInput, year int, revisions []roadmap.Target) {
	y := &s.years[year-in.years[0].year]
	for i := range revisions {
		r := &revisions[i]
		if r.IndicatorCode != s.indicator || r.Year != year {
			continue
		}
		t := &targetRow{
			revision: r.Revision, value: r.Value, low: r.Low, high: r.High, steps: r.Steps,
			weight: int64(r.Weight.Rescale(2).Coef()), status: string(r.Status), reason: r.Reason,
		}
		if y.first == nil || y.inForce == nil || y.inForce.status != t.status {
			y.first = t
		}
		y.inForce = t
	}
}

// agencyScore is the score of the agency, and against the first promises; nil where there is none.
func agencyScore(scores []scoring.Score, agency string) (score, first *string) {
	for _, s := range scores {
		if s.Level != scoring.LevelAgency || s.Code != agency {
			continue
		}
		return hundredthsText(s.Score, s.HasScore), hundredthsText(s.FirstScore, s.HasFirstScore)
	}
	return nil, nil
}
