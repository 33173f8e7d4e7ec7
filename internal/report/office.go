package report

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
)

// file is a report with everything a step needs to know, held locked.
type file struct {
	Report
	sheet    sheet
	period   roadmap.Reporting
	reopened bool // since it was last verified: open although its period is closed
}

// open finds the report, for one who may see it, and locks its period against
// closing and its row against another step. The series must exist; the report
// need not (ID is 0 then).
func open(ctx context.Context, tx bun.Tx, by *account.User, k Key) (*file, error) {
	versions, err := sheets(ctx, tx, k.Agency, k.Indicator)
	if err != nil {
		return nil, err
	}
	s := inForce(versions, k.Period.Year)
	if s == nil || !by.MaySeeAgency(s.Agency, s.Parent) {
		return nil, fault.New(fault.NotFound, "Laporan itu tidak ditemukan.")
	}
	f := &file{Report: Report{Key: k, Status: Draft}, sheet: *s}
	if err := f.readPeriod(ctx, tx); err != nil {
		return nil, err
	}
	return f, f.read(ctx, tx)
}

func (f *file) readPeriod(ctx context.Context, tx bun.Tx) error {
	r := roadmap.Reporting{Period: f.Period}
	err := tx.NewRaw(`SELECT opens_at, due_at, closes_at, publish_by, opened_at, closed_at FROM periods
		WHERE year = ? AND quarter = ? FOR SHARE`, f.Period.Year, f.Period.Quarter).
		Scan(ctx, &r.OpensAt, &r.DueAt, &r.ClosesAt, &r.PublishBy, &r.OpenedAt, &r.ClosedAt)
	switch {
	case postgres.NoRows(err):
		return fault.New(fault.NotFound, "Periode %s tidak ada.", f.Period)
	case err != nil:
		return fmt.Errorf("read period %s: %w", f.Period, err)
	}
	f.period = r
	return nil
}

// reportValues are the columns of a value.
type reportValues struct {
	Actual        *decimal.Decimal
	Numerator     *decimal.Decimal
	Denominator   *decimal.Decimal
	NotApplicable bool
	Note          string
	Obstacle      string
	NextStep      string
	NextStepOwner string
	NextStepDue   *time.Time
}

// valueColumns are the columns of a value, as reportValues reads them.
const valueColumns = "actual, numerator, denominator, not_applicable, note, obstacle, next_step, next_step_owner, next_step_due"

func (f *file) read(ctx context.Context, tx bun.Tx) error {
	var row struct {
		ID       int64
		Status   Status
		Revision int
		Version  int
		reportValues
	}
	err := tx.NewRaw(`SELECT id, status, revision, version, `+valueColumns+`
		FROM reports WHERE series_id = ? AND year = ? AND quarter = ? FOR UPDATE`,
		f.sheet.SeriesID, f.Period.Year, f.Period.Quarter).Scan(ctx, &row)
	if postgres.NoRows(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Key, err)
	}
	f.ID, f.Status, f.Revision, f.Version, f.Value = row.ID, row.Status, row.Revision, row.Version, Value(row.reportValues)
	err = tx.NewRaw(`SELECT coalesce((SELECT kind FROM report_events
		WHERE report_id = ? AND kind IN ('verified', 'reopened') ORDER BY id DESC LIMIT 1) = 'reopened', false)`, f.ID).Scan(ctx, &f.reopened)
	if err != nil {
		return fmt.Errorf("read events of %s: %w", f.Key, err)
	}
	return nil
}

// String is the key for messages in the log.
func (k Key) String() string {
	return fmt.Sprintf("report %s of %s for %s", k.Indicator, k.Agency, k.Period)
}

// mayMove refuses steps on what is locked.
func (f *file) mayMove(now time.Time) error {
	switch {
	case f.period.Takes(now) || f.reopened:
		return nil
	case f.period.OpenedAt == nil:
		return fault.New(fault.Conflict, "Pelaporan %s belum dibuka.", f.Period)
	}
	return fault.New(fault.Conflict, "Pelaporan %s sudah ditutup. Hanya Bagian Organisasi yang dapat membukanya kembali.", f.Period)
}

// move carries out a step: the new status and its event, in the caller's transaction.
func (f *file) move(ctx context.Context, tx bun.Tx, by *account.User, e Event) error {
	next, ok := after(f.Status, f.Revision, e.Kind, e.Role)
	if !ok {
		if f.ID == 0 {
			return fault.New(fault.NotFound, "Laporan itu belum ada.")
		}
		return fault.New(fault.Conflict, "Laporan ini berstatus %s, jadi langkah itu tidak dapat dilakukan. Muat ulang halaman untuk melihat keadaan terbaru.", f.Status.Label())
	}
	var agencyID *int64
	if e.Role != roleReviewer {
		agencyID = &f.sheet.AgencyID
	}
	_, err := tx.NewRaw(`INSERT INTO report_events (report_id, revision, kind, at, by_user, by_role, by_agency_id, reason, evidence_grade)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Revision, e.Kind, e.At, by.ID, e.Role, agencyID, e.Reason, orNull(e.Grade)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note %s of %s: %w", e.Kind, f.Key, err)
	}
	_, err = tx.NewRaw(`UPDATE reports SET status = ?, version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?`,
		next, e.At, by.ID, f.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("move %s to %s: %w", f.Key, next, err)
	}
	f.Status = next
	f.Version++
	return nil
}

// notTyped refuses a person who typed the figures of the newest revision, be it
// by handing it in or by saving the draft that became it.
func (f *file) notTyped(ctx context.Context, tx bun.Tx, by *account.User) error {
	var typed bool
	err := tx.NewRaw(`SELECT EXISTS (SELECT FROM report_events
		WHERE report_id = ? AND by_user = ? AND kind IN ('saved', 'submitted') AND id > coalesce((
			SELECT max(id) FROM report_events WHERE report_id = ? AND kind = 'submitted' AND revision < ?), 0))`,
		f.ID, by.ID, f.ID, f.Revision).Scan(ctx, &typed)
	switch {
	case err != nil:
		return fmt.Errorf("read who typed %s: %w", f.Key, err)
	case typed:
		return fault.New(fault.Forbidden, "Angka ini Anda isi sendiri. Orang lain yang harus memeriksanya.")
	}
	return nil
}

// act opens a report, lets do move it, and returns it as it then is.
func act(ctx context.Context, db bun.IDB, by *account.User, k Key, do func(context.Context, bun.Tx, *file) error) (*Report, error) {
	var f *file
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		if f, err = open(ctx, tx, by, k); err != nil {
			return err
		}
		return do(ctx, tx, f)
	})
	if err != nil {
		return nil, err
	}
	return &f.Report, nil
}
