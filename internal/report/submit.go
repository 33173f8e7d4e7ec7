package report

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Entry is a report as it is handed in.
type Entry struct {
	Key
	Value    Value
	Evidence []Evidence
	Version  int // of the report that was edited; 0: there was none
}

// Submit hands in a report as a new revision. Only an operator of the agency may,
// for an indicator that is due in the period and has a target in its year, while
// the period takes reports or the report is reopened. A report after the deadline
// is taken until the period closes. Conflict when the report has moved on, or was
// edited by someone else since.
func Submit(ctx context.Context, db bun.IDB, by *account.User, e Entry, now time.Time) (*Report, error) {
	return act(ctx, db, by, e.Key, func(ctx context.Context, tx bun.Tx, f *file) error {
		switch {
		case !by.MayReport(e.Agency):
			return fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat mengirim laporannya.")
		case !f.sheet.Frequency.Due(e.Period.Quarter):
			return fault.New(fault.Invalid, "Indikator %s tidak jatuh tempo pada %s.", e.Indicator, e.Period)
		}
		if err := f.mayMove(now); err != nil {
			return err
		}
		if err := f.hasTarget(ctx, tx); err != nil {
			return err
		}
		if err := f.sheet.check(e.Value); err != nil {
			return err
		}
		if err := f.keep(ctx, tx, by, e, now); err != nil {
			return err
		}
		return f.move(ctx, tx, by, Event{Kind: EventSubmitted, At: now, Role: roleOperator})
	})
}

// hasTarget refuses a report without anything to be held against.
func (f *file) hasTarget(ctx context.Context, tx bun.Tx) error {
	var promised bool
	err := tx.NewRaw(`SELECT coalesce((SELECT coalesce(value, low) IS NOT NULL FROM targets
		WHERE series_id = ? AND year = ? ORDER BY revision DESC LIMIT 1), false)`,
		f.sheet.SeriesID, f.Period.Year).Scan(ctx, &promised)
	switch {
	case err != nil:
		return fmt.Errorf("read target of %s: %w", f.Key, err)
	case !promised:
		return fault.New(fault.Invalid, "Indikator %s tidak punya target pada tahun %d.", f.Indicator, f.Period.Year)
	}
	return nil
}

// keep writes the values into the working copy and keeps them as a new revision.
func (f *file) keep(ctx context.Context, tx bun.Tx, by *account.User, e Entry, now time.Time) error {
	if _, ok := after(f.Status, f.Revision, EventSubmitted, roleOperator); !ok {
		return fault.New(fault.Conflict, "Laporan ini sudah %s.", f.Status.Label())
	}
	if e.Version != f.Version {
		return fault.New(fault.Conflict, "Laporan ini sudah diubah orang lain sejak Anda membukanya. Muat ulang halaman, lalu periksa angkanya.")
	}
	v := e.Value
	err := tx.NewRaw(`INSERT INTO reports (series_id, year, quarter, status, revision, version, `+valueColumns+`, updated_at, updated_by)
		VALUES (?, ?, ?, 'draft', 1, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT ON CONSTRAINT reports_period_key DO UPDATE SET revision = reports.revision + 1, actual = EXCLUDED.actual, numerator = EXCLUDED.numerator,
			denominator = EXCLUDED.denominator, not_applicable = EXCLUDED.not_applicable, note = EXCLUDED.note, obstacle = EXCLUDED.obstacle,
			next_step = EXCLUDED.next_step, next_step_owner = EXCLUDED.next_step_owner, next_step_due = EXCLUDED.next_step_due, typed = '{}'
		WHERE reports.version = ?
		RETURNING id, revision`,
		f.sheet.SeriesID, f.Period.Year, f.Period.Quarter, v.Actual, v.Numerator, v.Denominator, v.NotApplicable, v.Note, v.Obstacle, v.NextStep, v.NextStepOwner, v.NextStepDue, now, by.ID, f.Version).
		Scan(ctx, &f.ID, &f.Revision)
	switch {
	case postgres.NoRows(err):
		// Somebody else handed in the first revision at this very moment.
		return fault.New(fault.Conflict, "Laporan ini baru saja dikirim orang lain. Muat ulang halaman.")
	case err != nil:
		return fmt.Errorf("keep %s: %w", f.Key, err)
	}
	f.Value = v
	var revisionID int64
	err = tx.NewRaw(`INSERT INTO report_revisions (report_id, revision, `+valueColumns+`, handed_in_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		f.ID, f.Revision, v.Actual, v.Numerator, v.Denominator, v.NotApplicable, v.Note, v.Obstacle, v.NextStep, v.NextStepOwner, v.NextStepDue, now).Scan(ctx, &revisionID)
	if err != nil {
		return fmt.Errorf("keep revision %d of %s: %w", f.Revision, f.Key, err)
	}
	for _, ev := range e.Evidence {
		id := newPublicID(now)
		_, err := tx.NewRaw(`INSERT INTO evidence (public_id, revision_id, kind, title, sha256, media_type, size_bytes, url, is_public, added_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			fmt.Sprintf("%x", id), revisionID, ev.Kind, ev.Title, ev.SHA256, ev.MediaType, ev.Size, ev.URL, ev.Public, ev.AddedAt).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep evidence of %s: %w", f.Key, err)
		}
	}
	return nil
}

// Withdraw takes a report back before it is approved; it is a draft again.
func Withdraw(ctx context.Context, db bun.IDB, by *account.User, k Key, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, func(ctx context.Context, tx bun.Tx, f *file) error {
		if !by.MayReport(k.Agency) {
			return fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat menarik laporannya.")
		}
		if err := f.mayMove(now); err != nil {
			return err
		}
		return f.move(ctx, tx, by, Event{Kind: EventWithdrawn, At: now, Role: roleOperator})
	})
}
