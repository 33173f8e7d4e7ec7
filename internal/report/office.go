package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
)

// file is a report with everything a step needs to know, held locked.
type file struct {
	Report
	sheet    sheet
	period   roadmap.Reporting
	typed    map[string]string // as typed, by field
	editor   string            // who changed it last
	editorID int64             // 0: nobody, or it came without accounts
	editedAt time.Time
	late     bool    // a late entry holds
	reopened bool    // since it was last verified: open although its period is closed
	typedBy  []int64 // accounts that typed the newest figures
	lastKind EventKind
	lastBy   int64
}

// open finds the report, for one who may see it, and locks its period against
// closing and its row against another step. The series must exist; the report
// need not (ID is 0 then).
func open(ctx context.Context, tx bun.Tx, by *account.User, k Key, now time.Time) (*file, error) {
	files, err := openAll(ctx, tx, by, []Key{k}, now)
	if err != nil {
		return nil, err
	}
	if files[k] == nil {
		return nil, fault.New(fault.NotFound, "Laporan itu tidak ditemukan.")
	}
	return files[k], nil
}

// openAll is open for many reports, in a fixed number of statements. What does not exist or
// may not be seen is left out. Rows are locked in the order of their numbers, so that two who
// hold many do not wait for each other.
func openAll(ctx context.Context, tx bun.Tx, by *account.User, keys []Key, now time.Time) (map[Key]*file, error) {
	versions, err := sheetsOf(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	periods, err := holdPeriods(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	files := make(map[Key]*file, len(keys))
	for _, k := range keys {
		s := inForce(versions[[2]string{k.Agency, k.Indicator}], k.Period.Year)
		p, exists := periods[k.Period]
		if s == nil || !exists || !by.MaySeeAgency(s.Agency, s.Parent) {
			continue
		}
		files[k] = &file{Report: Report{Key: k, Status: Draft}, sheet: *s, period: p}
	}
	if err := readFiles(ctx, tx, files, now); err != nil {
		return nil, err
	}
	return files, nil
}

// holdPeriods reads the periods of the keys and keeps them from being closed meanwhile.
func holdPeriods(ctx context.Context, tx bun.Tx, keys []Key) (map[roadmap.Period]roadmap.Reporting, error) {
	var years, quarters []int
	for _, k := range keys {
		years, quarters = append(years, k.Period.Year), append(quarters, k.Period.Quarter)
	}
	var rows []struct {
		Year, Quarter                       int
		OpensAt, DueAt, ClosesAt, PublishBy time.Time
		OpenedAt, ClosedAt                  *time.Time
	}
	err := tx.NewRaw(`SELECT year, quarter, opens_at, due_at, closes_at, publish_by, opened_at, closed_at FROM periods
		WHERE (year, quarter) IN (SELECT * FROM unnest(?::int[], ?::int[])) ORDER BY year, quarter FOR SHARE`,
		pgdialect.Array(years), pgdialect.Array(quarters)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read periods: %w", err)
	}
	periods := make(map[roadmap.Period]roadmap.Reporting, len(rows))
	for _, r := range rows {
		p := roadmap.Period{Year: r.Year, Quarter: r.Quarter}
		periods[p] = roadmap.Reporting{Period: p, OpensAt: r.OpensAt, DueAt: r.DueAt, ClosesAt: r.ClosesAt, PublishBy: r.PublishBy, OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt}
	}
	return periods, nil
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

// places are the series and periods of the files, as arrays for a statement.
type places struct {
	series         []int64
	years, quarter []int
	by             map[place]*file
}

type place struct {
	series int64
	period roadmap.Period
}

func placesOf(files map[Key]*file) *places {
	p := &places{by: make(map[place]*file, len(files))}
	for _, f := range files {
		p.series = append(p.series, f.sheet.SeriesID)
		p.years, p.quarter = append(p.years, f.Period.Year), append(p.quarter, f.Period.Quarter)
		p.by[place{f.sheet.SeriesID, f.Period}] = f
	}
	return p
}

// readFiles locks and reads the working copies of the files, and what decides about them.
func readFiles(ctx context.Context, tx bun.Tx, files map[Key]*file, now time.Time) error {
	if len(files) == 0 {
		return nil
	}
	at := placesOf(files)
	var rows []struct {
		ID, SeriesID      int64
		Year, Quarter     int
		Status            Status
		Revision, Version int
		Typed             json.RawMessage
		Editor            string
		EditorID          int64
		UpdatedAt         time.Time
		reportValues
	}
	err := tx.NewRaw(`SELECT r.id, r.series_id, r.year, r.quarter, r.status, r.revision, r.version, r.typed, r.updated_at,
			coalesce((SELECT name FROM users WHERE id = r.updated_by), '') AS editor, coalesce(r.updated_by, 0) AS editor_id, `+valueColumns+`
		FROM reports r WHERE (r.series_id, r.year, r.quarter) IN (SELECT * FROM unnest(?::bigint[], ?::int[], ?::int[]))
		ORDER BY r.id FOR UPDATE OF r`, pgdialect.Array(at.series), pgdialect.Array(at.years), pgdialect.Array(at.quarter)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read reports: %w", err)
	}
	byID := make(map[int64]*file, len(rows))
	ids := make([]int64, len(rows))
	for i := range rows {
		r := &rows[i]
		f := at.by[place{r.SeriesID, roadmap.Period{Year: r.Year, Quarter: r.Quarter}}]
		f.ID, f.Status, f.Revision, f.Version, f.Value = r.ID, r.Status, r.Revision, r.Version, trimmed(Value(r.reportValues))
		f.editor, f.editorID, f.editedAt, f.typed = r.Editor, r.EditorID, r.UpdatedAt, nil
		if err := json.Unmarshal(r.Typed, &f.typed); err != nil {
			return fmt.Errorf("read what was typed for %s: %w", f.Key, err)
		}
		byID[r.ID], ids[i] = f, r.ID
	}
	if err := readSteps(ctx, tx, byID, ids); err != nil {
		return err
	}
	return readLate(ctx, tx, at, now)
}

// readSteps reads what the events of the reports say.
func readSteps(ctx context.Context, tx bun.Tx, byID map[int64]*file, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID       int64
		Reopened bool
		LastKind EventKind
		LastBy   int64
	}
	err := tx.NewRaw(`
		SELECT r.id,
			coalesce((SELECT kind FROM report_events WHERE report_id = r.id AND kind IN ('verified', 'reopened') ORDER BY id DESC LIMIT 1) = 'reopened', false) AS reopened,
			coalesce(l.kind, '') AS last_kind, coalesce(l.by_user, 0) AS last_by
		FROM reports r
		LEFT JOIN LATERAL (SELECT kind, by_user FROM report_events WHERE report_id = r.id ORDER BY id DESC LIMIT 1) l ON true
		WHERE r.id = ANY (?)`, pgdialect.Array(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read events of reports: %w", err)
	}
	typed, err := typists(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		f := byID[r.ID]
		f.reopened, f.lastKind, f.lastBy, f.typedBy = r.Reopened, r.LastKind, r.LastBy, typed[r.ID]
	}
	return nil
}

// readLate reads which files a late entry holds open.
func readLate(ctx context.Context, tx bun.Tx, at *places, now time.Time) error {
	var rows []struct {
		SeriesID      int64
		Year, Quarter int
	}
	err := tx.NewRaw(`
		SELECT DISTINCT ts.id AS series_id, e.year, e.quarter
		FROM late_entries e JOIN target_series ts ON ts.agency_id = e.agency_id AND (e.indicator_id IS NULL OR e.indicator_id = ts.indicator_id)
		WHERE e.revoked_at IS NULL AND e.ends_at > ? AND ts.id = ANY (?::bigint[])`, now, pgdialect.Array(at.series)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read late entries: %w", err)
	}
	for _, r := range rows {
		if f := at.by[place{r.SeriesID, roadmap.Period{Year: r.Year, Quarter: r.Quarter}}]; f != nil {
			f.late = true
		}
	}
	return nil
}

// create makes the working copies that are not there yet and locks them. Where somebody else
// does so at the same moment it waits for them, and the file is theirs then.
func create(ctx context.Context, tx bun.Tx, by *account.User, files map[Key]*file, now time.Time) error {
	fresh := map[Key]*file{}
	for k, f := range files {
		if f.ID == 0 {
			fresh[k] = f
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	at := placesOf(fresh)
	_, err := tx.NewRaw(`INSERT INTO reports (series_id, year, quarter, status, version, updated_at, updated_by)
		SELECT s, y, q, 'draft', 0, ?, ? FROM unnest(?::bigint[], ?::int[], ?::int[]) AS t (s, y, q) ORDER BY s, y, q
		ON CONFLICT ON CONSTRAINT reports_period_key DO NOTHING`,
		now, by.ID, pgdialect.Array(at.series), pgdialect.Array(at.years), pgdialect.Array(at.quarter)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("make reports: %w", err)
	}
	return readFiles(ctx, tx, fresh, now)
}

// String is the key for messages in the log.
func (k Key) String() string {
	return fmt.Sprintf("report %s of %s for %s", k.Indicator, k.Agency, k.Period)
}

// object is the key in the trail.
func (k Key) object() string { return fmt.Sprintf("%s %s %s", k.Indicator, k.Agency, k.Period) }

// mayMove refuses steps on what is locked.
func (f *file) mayMove(now time.Time) error {
	switch {
	case f.period.Takes(now) || f.reopened || (f.late && f.period.OpenedAt != nil):
		return nil
	case f.period.OpenedAt == nil:
		return fault.New(fault.Conflict, "Pelaporan %s belum dibuka.", f.Period)
	}
	return fault.New(fault.Conflict, "Pelaporan %s sudah ditutup. Hanya Bagian Organisasi yang dapat membukanya kembali.", f.Period)
}

// mayStep refuses a step that cannot follow the status.
func (f *file) mayStep(kind EventKind, role string) (Status, error) {
	next, ok := after(f.Status, f.Revision, kind, role)
	switch {
	case ok:
		return next, nil
	case f.ID == 0:
		return "", fault.New(fault.NotFound, "Laporan itu belum ada.")
	}
	return "", fault.New(fault.Conflict, "Laporan ini berstatus %s, jadi langkah itu tidak dapat dilakukan. Muat ulang halaman untuk melihat keadaan terbaru.", f.Status.Label())
}

// notTyped refuses a person who typed the figures of the newest revision: see typists.
func (f *file) notTyped(by *account.User) error {
	if slices.Contains(f.typedBy, by.ID) {
		return fault.New(fault.Forbidden, "Angka ini Anda isi atau Anda unggah sendiri. Orang lain yang harus memeriksanya.")
	}
	return nil
}

// act opens a report, lets decide name its step, carries that out, and returns the report as it
// then is.
func act(ctx context.Context, db bun.IDB, by *account.User, k Key, now time.Time, decide func(*file) (Event, error)) (*Report, error) {
	var f *file
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		if f, err = open(ctx, tx, by, k, now); err != nil {
			return err
		}
		e, err := decide(f)
		if err != nil {
			return err
		}
		e.At = now
		return carryOut(ctx, tx, by, []move{{f, e}}, now)
	})
	if err != nil {
		return nil, err
	}
	return &f.Report, nil
}
