package inspection

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
)

// Draw draws the sample of a quarter that has closed. by is nil for the job; else it must be
// Bagian Organisasi or Inspektorat. A quarter that has its sample, that is not closed yet
// or of which nothing is verified is fault.Conflict.
func Draw(ctx context.Context, db bun.IDB, by *account.User, p roadmap.Period, now time.Time) (*Sample, error) {
	if by != nil && !MayDraw(by) {
		return nil, fault.New(fault.Forbidden, "Hanya Bagian Organisasi dan Inspektorat yang dapat mengundi sampel uji petik.")
	}
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("draw a seed: %w", err)
	}
	s := &Sample{Period: p, Seed: hex.EncodeToString(random), DrawnAt: now, ByJob: by == nil}
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return s.draw(ctx, tx, by) })
	switch {
	case postgres.Violates(err, "spot_samples_period_key"):
		return nil, fault.New(fault.Conflict, "Sampel uji petik %s sudah diundi. Satu triwulan hanya punya satu sampel.", p)
	case err != nil:
		return nil, err
	}
	return s, nil
}

// MayDraw reports whether u may have a sample drawn.
func MayDraw(u *account.User) bool { return u.Holds(account.Reviewer) || u.Holds(account.Inspector) }

func (s *Sample) draw(ctx context.Context, tx bun.Tx, by *account.User) error {
	var closed bool
	err := tx.NewRaw(`SELECT closed_at IS NOT NULL OR closes_at <= ? FROM periods WHERE year = ? AND quarter = ? FOR SHARE`,
		s.DrawnAt, s.Period.Year, s.Period.Quarter).Scan(ctx, &closed)
	switch {
	case postgres.NoRows(err):
		return fault.New(fault.NotFound, "Periode %s tidak ada.", s.Period)
	case err != nil:
		return fmt.Errorf("read period %s: %w", s.Period, err)
	case !closed:
		return fault.New(fault.Conflict, "Pelaporan %s belum ditutup. Sampel diundi sesudah semua nilainya pasti.", s.Period)
	}
	var rule int64
	err = tx.NewRaw(`SELECT id, percent::text, at_least, per_agency FROM spot_rules ORDER BY id DESC LIMIT 1`).
		Scan(ctx, &rule, &s.Rule.Percent, &s.Rule.AtLeast, &s.Rule.PerAgency)
	if err != nil {
		return fmt.Errorf("read the rule of spot checks: %w", err)
	}
	candidates, ids, err := s.candidates(ctx, tx)
	if err != nil {
		return err
	}
	if len(candidates) == 0 {
		return fault.New(fault.Conflict, "Belum ada nilai terverifikasi pada %s, jadi belum ada yang dapat diundi.", s.Period)
	}
	members, err := Select(s.Seed, s.Rule, candidates)
	if err != nil {
		return err
	}
	var actor *int64
	entry := audit.Entry{Stream: audit.Publish, At: s.DrawnAt, Action: "draw spot check", Object: s.Period.String()}
	if by != nil {
		actor, entry.Actor, entry.Role = &by.ID, by.ID, roleOf(by)
	}
	err = tx.NewRaw(`INSERT INTO spot_samples (year, quarter, seed, rule_id, drawn_at, drawn_by) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		s.Period.Year, s.Period.Quarter, s.Seed, rule, s.DrawnAt, actor).Scan(ctx, &s.ID)
	if err != nil {
		return fmt.Errorf("keep the sample of %s: %w", s.Period, err)
	}
	if err := s.keep(ctx, tx, members, ids); err != nil {
		return err
	}
	entry.After = map[string]any{"seed": s.Seed, "population": s.Population, "size": s.Size}
	return audit.Append(ctx, tx, entry)
}

// roleOf is the role in which somebody draws.
func roleOf(u *account.User) string {
	if u.Holds(account.Inspector) {
		return string(account.Inspector)
	}
	return string(account.Reviewer)
}

// candidates are the verified values of the quarter, with the reports they are of.
func (s *Sample) candidates(ctx context.Context, tx bun.Tx) ([]Candidate, map[Candidate]int64, error) {
	var rows []struct {
		ID                int64
		Agency, Indicator string
		Revision          int
	}
	err := tx.NewRaw(`
		SELECT r.id, a.code AS agency, i.code AS indicator, r.revision
		FROM reports r
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		JOIN indicators i ON i.id = ts.indicator_id
		WHERE r.year = ? AND r.quarter = ? AND r.status = 'verified'`, s.Period.Year, s.Period.Quarter).Scan(ctx, &rows)
	if err != nil {
		return nil, nil, fmt.Errorf("read the verified values of %s: %w", s.Period, err)
	}
	all, ids := make([]Candidate, len(rows)), make(map[Candidate]int64, len(rows))
	for i, r := range rows {
		all[i].Agency, all[i].Indicator, all[i].Period, all[i].Revision = r.Agency, r.Indicator, s.Period, r.Revision
		ids[all[i]] = r.ID
	}
	return all, ids, nil
}

// memberRow is a row of spot_members.
type memberRow struct {
	bun.BaseModel `bun:"table:spot_members"`

	SampleID int64
	ReportID int64
	Revision int
	Digest   string
	Place    *int
}

func (s *Sample) keep(ctx context.Context, tx bun.Tx, members []Member, ids map[Candidate]int64) error {
	rows := make([]memberRow, len(members))
	for i, m := range members {
		rows[i] = memberRow{SampleID: s.ID, ReportID: ids[m.Candidate], Revision: m.Revision, Digest: m.Digest}
		if m.Place > 0 {
			rows[i].Place = &m.Place
			s.Size++
		}
	}
	s.Population = len(members)
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("keep the list of the sample of %s: %w", s.Period, err)
	}
	return nil
}

// DrawClosed draws the sample of the quarter that closed last, where it has none yet and
// something of it is verified. It returns nil when there was nothing to draw; called again
// it draws nothing.
func DrawClosed(ctx context.Context, db bun.IDB, now time.Time) (*Sample, error) {
	var p roadmap.Period
	err := db.NewRaw(`
		SELECT q.year, q.quarter FROM (SELECT year, quarter FROM periods WHERE closed_at IS NOT NULL ORDER BY year DESC, quarter DESC LIMIT 1) q
		WHERE NOT EXISTS (SELECT FROM spot_samples s WHERE s.year = q.year AND s.quarter = q.quarter)
			AND EXISTS (SELECT FROM reports r WHERE r.year = q.year AND r.quarter = q.quarter AND r.status = 'verified')`).
		Scan(ctx, &p.Year, &p.Quarter)
	switch {
	case postgres.NoRows(err):
		return nil, nil //nolint:nilnil // a question: there may be nothing to draw
	case err != nil:
		return nil, fmt.Errorf("look for a quarter without a sample: %w", err)
	}
	return Draw(ctx, db, nil, p, now)
}
