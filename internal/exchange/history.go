package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// past are the quarters that can still be brought in from before the program was used.
type past struct {
	periods []roadmap.Period // oldest first
	before  roadmap.Period   // first that was published; zero: none
	by      *account.User
	now     time.Time
	reason  string // that its events carry
}

// loadPast reads which quarters can be brought in: those of the plan before the first
// publication, or all while nothing is published, whose reporting is over and in which nobody
// handed anything in here. What a quarter is under way with goes through operator, head and
// verifier, and not through one person with a file.
func loadPast(ctx context.Context, db bun.IDB, by *account.User, now time.Time, zone *time.Location) (*past, error) {
	all, err := roadmap.Periods(ctx, db)
	if err != nil {
		return nil, err
	}
	var first struct{ Year, Quarter int }
	err = db.NewRaw(`SELECT year, quarter FROM publications ORDER BY year, quarter LIMIT 1`).Scan(ctx, &first)
	if err != nil && !postgres.NoRows(err) {
		return nil, fmt.Errorf("read the first publication: %w", err)
	}
	var reported []struct{ Year, Quarter int }
	err = db.NewRaw(`SELECT DISTINCT r.year, r.quarter FROM reports r JOIN report_events e ON e.report_id = r.id
		WHERE e.kind IN ('saved', 'submitted') AND e.by_user IS NOT NULL`).Scan(ctx, &reported)
	if err != nil {
		return nil, fmt.Errorf("read which quarters were reported here: %w", err)
	}
	here := map[roadmap.Period]bool{}
	for _, r := range reported {
		here[roadmap.Period{Year: r.Year, Quarter: r.Quarter}] = true
	}
	p := &past{before: roadmap.Period{Year: first.Year, Quarter: first.Quarter}, by: by, now: now}
	for _, r := range all {
		over := !roadmap.End(r.Period, zone).After(now) && !r.ClosesAt.After(now)
		if over && !here[r.Period] && (p.before.IsZero() || r.Period.Before(p.before)) {
			p.periods = append(p.periods, r.Period)
		}
	}
	return p, nil
}

// PastPeriods are the quarters that can be brought in, oldest first; none when all is
// published. before is the first published one; zero while nothing is.
func PastPeriods(ctx context.Context, db bun.IDB, now time.Time, zone *time.Location) (periods []roadmap.Period, before roadmap.Period, err error) {
	p, err := loadPast(ctx, db, nil, now, zone)
	if err != nil {
		return nil, roadmap.Period{}, err
	}
	return p.periods, p.before, nil
}

// periodOf reads the quarter of a row; ok is false, and told, where it is none that can be
// brought in.
func (p *past) periodOf(m *messages, t *table, at int) (period roadmap.Period, ok bool) {
	text := t.text(at, fieldPeriod)
	period, ok = ReadPeriod(text)
	switch {
	case !ok:
		m.add(Mistake, t, at, fieldPeriod, text, "Periode ini tidak dapat dibaca.", "Tulis seperti 2025-TW4 atau TW IV 2025.")
	case !slices.Contains(p.periods, period) && !p.before.IsZero() && !period.Before(p.before):
		ok = false
		m.add(Mistake, t, at, fieldPeriod, text, fmt.Sprintf("Mulai %s rapor sudah terbit, jadi angkanya tidak dapat dimuat sebagai masa lalu.", p.before), "Hapus baris ini; perbaikan lewat buka kembali laporan.")
	case !slices.Contains(p.periods, period):
		ok = false
		m.add(Mistake, t, at, fieldPeriod, text, "Periode ini belum ditutup, sudah dilaporkan lewat program, atau di luar tahun peta jalan.", "Hapus baris ini; angkanya dilaporkan instansinya.")
	}
	return period, ok
}

// tryHistory reads a book of past quarters and says what would become of it. All of it is
// kept or nothing.
func tryHistory(ctx context.Context, db bun.IDB, book *Book, p *past, choices Choices) (*DryRun, error) {
	if len(p.periods) == 0 {
		return nil, fault.New(fault.Conflict, "Tidak ada triwulan yang dapat dimuat: semuanya sudah terbit, sudah dilaporkan lewat program, atau belum ditutup.")
	}
	asked := map[roadmap.Period]bool{}
	for _, s := range book.Sheets {
		t := findTable(s)
		if t == nil || s.Hidden {
			continue
		}
		if !t.has(fieldPeriod) {
			return nil, fault.New(fault.Invalid, "Lembar %s tidak mempunyai kolom Periode. Tambahkan kolom berjudul Periode, berisi misalnya 2025-TW4.", s.Name)
		}
		for at := t.header + 1; at < len(s.Rows); at++ {
			if period, ok := ReadPeriod(t.text(at, fieldPeriod)); ok && slices.Contains(p.periods, period) {
				asked[period] = true
			}
		}
	}
	var rows []*Row
	for _, period := range p.periods {
		if !asked[period] {
			continue
		}
		more, err := loadRows(ctx, db, p.by, "", period)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	d := newDryRunner(rows, p.by, "", roadmap.Period{}, choices)
	d.past = p
	tables := d.findTables(book)
	if len(tables) == 0 {
		return nil, fault.New(fault.Invalid, "Tidak ada lembar dengan baris judul yang dikenal di berkas ini. Perlu kolom Periode, Kode instansi, Kode indikator, dan Realisasi atau Pembilang dan Penyebut.")
	}
	for _, t := range tables {
		d.readTable(t)
	}
	d.Messages = d.m.list
	slices.SortStableFunc(d.Messages, func(a, b Message) int {
		if a.Sheet != b.Sheet {
			return strings.Compare(a.Sheet, b.Sheet)
		}
		return a.row - b.row
	})
	return &d.DryRun, nil
}

// addHistory keeps a row of a past quarter as the whole life of its report.
func (d *dryRunner) addHistory(r *decidedRow, v report.Value) {
	if r.ReportID != 0 {
		d.Refused++
		r.mistake(fieldIndicatorCode, r.Indicator, fmt.Sprintf("Laporan %s untuk indikator ini sudah ada di program.", r.Period), "Hapus baris ini.")
		return
	}
	if v.Actual == nil && v.Numerator == nil && v.Denominator == nil && !v.NotApplicable {
		d.Unchanged++ // nothing is known of it
		return
	}
	if err := r.form().Check(v); err != nil {
		d.Refused++
		r.mistake(r.valueField(), r.inWords(v), fault.MessageOf(err), "Lengkapi atau hapus baris ini.")
		return
	}
	warned := r.warnings(v)
	by := d.past.by.ID
	event := func(kind report.EventKind, role account.Role, who *int64, grade string) report.Event {
		return report.Event{Kind: kind, At: d.past.now, By: who, Role: string(role), Reason: d.past.reason, Grade: grade}
	}
	d.Histories = append(d.Histories, report.History{
		Key:       r.Key,
		Revisions: []report.Revision{{Value: v}},
		Events: []report.Event{
			event(report.EventSubmitted, account.Operator, nil, ""),
			event(report.EventApproved, account.Head, nil, ""),
			event(report.EventVerified, account.Reviewer, &by, scoring.EvidenceNone),
		},
	})
	d.Changes = append(d.Changes, Change{Key: r.Key, AgencyName: r.AgencyName, Name: r.Name, Cell: CellName(r.at, r.firstInput()), After: r.inWords(v), Warned: warned})
}
