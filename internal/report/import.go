package report

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// History is the whole life of one report, as another system kept it.
type History struct {
	Key
	// Revisions are those handed in, oldest first. Each "submitted" event hands in
	// the next one.
	Revisions []Revision
	// Draft is the working copy where it differs from the newest revision; nil: it
	// does not, or there is none.
	Draft *Value
	// Events are all steps, oldest first.
	Events []Event
}

// maxMistakes bounds how many mistakes of an import are told at once.
const maxMistakes = 20

// Import writes complete histories in one transaction. It keeps them to the
// rules that a report handed in here would meet: values that the indicator can
// have, steps that may follow one another, nobody approving or verifying what
// they typed. A history that does not is refused with all its mistakes (Invalid),
// a report that exists already too (Conflict); then nothing is written.
func Import(ctx context.Context, db *bun.DB, histories []History) error {
	return postgres.InTx(ctx, db, nil, func(ctx context.Context, tx postgres.Tx) error {
		im, err := newImporter(ctx, tx)
		if err != nil {
			return err
		}
		for i := range histories {
			im.add(&histories[i])
		}
		if len(im.mistakes) > 0 {
			return im.refuse()
		}
		return im.write(ctx)
	})
}

// importer turns histories into rows.
type importer struct {
	tx       postgres.Tx
	series   map[[2]string][]sheet // by agency and indicator; versions of the plan, oldest first
	seen     map[Key]bool
	mistakes []string

	reports   []reportRow
	revisions []revisionRow
	events    []eventRow
	evidence  []evidenceRow
}

// The rows refer to each other by their place until the numbers are known.
type (
	reportRow struct {
		seriesID int64
		key      Key
		status   Status
		revision int
		version  int
		value    Value
		at       time.Time
		by       *int64
	}
	revisionRow struct {
		report int
		number int
		value  Value
		at     time.Time
	}
	eventRow struct {
		report   int
		revision int
		agencyID *int64
		event    Event
	}
	evidenceRow struct {
		revision int
		evidence Evidence
	}
)

func newImporter(ctx context.Context, tx postgres.Tx) (*importer, error) {
	all, err := sheets(ctx, tx)
	if err != nil {
		return nil, err
	}
	im := &importer{tx: tx, series: map[[2]string][]sheet{}, seen: map[Key]bool{}}
	for _, s := range all {
		key := [2]string{s.Agency, s.Indicator}
		im.series[key] = append(im.series[key], s)
	}
	return im, nil
}

// mistake notes what is wrong with a history.
func (im *importer) mistake(k Key, format string, args ...any) {
	im.mistakes = append(im.mistakes, fmt.Sprintf("Laporan %s, %s, %s: ", k.Indicator, k.Agency, k.Period)+fmt.Sprintf(format, args...))
}

func (im *importer) refuse() error {
	told := im.mistakes[:min(len(im.mistakes), maxMistakes)]
	text := strings.Join(told, "\n")
	if more := len(im.mistakes) - len(told); more > 0 {
		text += fmt.Sprintf("\nDan %d kesalahan lain.", more)
	}
	return fault.New(fault.Invalid, "%s", text)
}

// add checks a history and keeps its rows.
func (im *importer) add(h *History) {
	s := inForce(im.series[[2]string{h.Agency, h.Indicator}], h.Period.Year)
	switch {
	case s == nil:
		im.mistake(h.Key, "tidak ada target untuk indikator ini pada tahun %d.", h.Period.Year)
		return
	case im.seen[h.Key]:
		im.mistake(h.Key, "tercantum dua kali.")
		return
	case !s.Frequency.Due(h.Period.Quarter):
		im.mistake(h.Key, "tidak jatuh tempo pada triwulan ini.")
		return
	case len(h.Events) == 0:
		im.mistake(h.Key, "tidak ada kejadian yang tercatat.")
		return
	}
	im.seen[h.Key] = true
	before := len(im.mistakes)
	im.checkValues(s, h)
	row := reportRow{seriesID: s.SeriesID, key: h.Key, status: Draft}
	im.replay(s, h, &row)
	if len(im.mistakes) > before {
		return
	}
	switch {
	case h.Draft != nil:
		row.value = *h.Draft
	case len(h.Revisions) > 0:
		row.value = h.Revisions[len(h.Revisions)-1].Value
	}
	im.reports = append(im.reports, row)
}

func (im *importer) checkValues(s *sheet, h *History) {
	for i, r := range h.Revisions {
		if err := s.check(r.Value); err != nil {
			im.mistake(h.Key, "revisi %d: %s", i+1, fault.MessageOf(err))
		}
	}
}

// replay walks through the events as they happened.
func (im *importer) replay(s *sheet, h *History, row *reportRow) {
	report := len(im.reports)
	var typing, typed []int64 // who typed the figures of the draft, and of the newest revision
	var last time.Time
	for _, e := range h.Events {
		next, ok := after(row.status, row.revision, e.Kind, e.Role)
		switch {
		case !ok:
			im.mistake(h.Key, "langkah %q oleh %s tidak dapat mengikuti status %s.", e.Kind, e.Role, row.status.Label())
			return
		case e.At.Before(last):
			im.mistake(h.Key, "langkah %q lebih awal daripada langkah sebelumnya.", e.Kind)
			return
		case (e.Kind == EventReturned || e.Kind == EventReopened) && strings.TrimSpace(e.Reason) == "":
			im.mistake(h.Key, "langkah %q tanpa alasan.", e.Kind)
			return
		case (e.Kind == EventVerified) != slices.Contains(grades, e.Grade):
			im.mistake(h.Key, "langkah %q: mutu bukti %q tidak dikenal.", e.Kind, e.Grade)
			return
		case (e.Kind == EventApproved || e.Kind == EventVerified) && e.By != nil && slices.Contains(typed, *e.By):
			im.mistake(h.Key, "langkah %q oleh orang yang mengisi angkanya.", e.Kind)
			return
		case e.Kind == EventSubmitted && row.revision == len(h.Revisions):
			im.mistake(h.Key, "dikirim lebih sering daripada jumlah revisinya (%d).", len(h.Revisions))
			return
		}
		out := eventRow{report: report, event: e}
		if e.By != nil && (e.Kind == EventSaved || e.Kind == EventSubmitted) {
			typing = append(typing, *e.By)
		}
		if e.Kind == EventSubmitted {
			im.handIn(report, row.revision, h.Revisions[row.revision], e.At)
			if n := row.revision; n == 0 || !sameFigures(h.Revisions[n-1].Value, h.Revisions[n].Value) {
				typed = nil
			}
			row.revision++
			typing, typed = nil, append(typed, typing...)
		}
		if e.Kind != EventSaved {
			out.revision = row.revision
		}
		if e.Role != roleReviewer {
			out.agencyID = &s.AgencyID
		}
		im.events = append(im.events, out)
		row.status, row.at, row.by, last = next, e.At, e.By, e.At
		row.version++
	}
	if row.revision < len(h.Revisions) {
		im.mistake(h.Key, "%d revisi, tetapi hanya %d yang dikirim.", len(h.Revisions), row.revision)
	}
}

func (im *importer) handIn(report, index int, r Revision, at time.Time) {
	for _, e := range r.Evidence {
		im.evidence = append(im.evidence, evidenceRow{revision: len(im.revisions), evidence: e})
	}
	im.revisions = append(im.revisions, revisionRow{report: report, number: index + 1, value: r.Value, at: at})
}

// write copies the rows in. Numbers are taken from the sequences first, so that
// the rows can refer to one another.
func (im *importer) write(ctx context.Context) error {
	reportIDs, err := im.reserve(ctx, "reports", len(im.reports))
	if err != nil {
		return err
	}
	revisionIDs, err := im.reserve(ctx, "report_revisions", len(im.revisions))
	if err != nil {
		return err
	}
	_, err = im.tx.CopyFrom(ctx, "reports",
		[]string{"id", "series_id", "year", "quarter", "status", "revision", "version", "actual", "numerator", "denominator", "not_applicable", "note", "obstacle", "next_step", "next_step_owner", "next_step_due", "updated_at", "updated_by"},
		pgx.CopyFromSlice(len(im.reports), func(i int) ([]any, error) {
			r := im.reports[i]
			return []any{reportIDs[i], r.seriesID, r.key.Period.Year, r.key.Period.Quarter, string(r.status), r.revision, r.version,
				numeric(r.value.Actual), numeric(r.value.Numerator), numeric(r.value.Denominator), r.value.NotApplicable, r.value.Note,
				r.value.Obstacle, r.value.NextStep, r.value.NextStepOwner, r.value.NextStepDue, r.at, r.by}, nil
		}))
	if postgres.Violates(err, "reports_period_key") {
		return fault.Wrap(err, fault.Conflict, "Sebagian laporan sudah ada; tidak ada yang dimuat.")
	}
	if err != nil {
		return err
	}
	_, err = im.tx.CopyFrom(ctx, "report_revisions",
		[]string{"id", "report_id", "revision", "actual", "numerator", "denominator", "not_applicable", "note", "obstacle", "next_step", "next_step_owner", "next_step_due", "handed_in_at"},
		pgx.CopyFromSlice(len(im.revisions), func(i int) ([]any, error) {
			r := im.revisions[i]
			return []any{revisionIDs[i], reportIDs[r.report], r.number,
				numeric(r.value.Actual), numeric(r.value.Numerator), numeric(r.value.Denominator), r.value.NotApplicable, r.value.Note,
				r.value.Obstacle, r.value.NextStep, r.value.NextStepOwner, r.value.NextStepDue, r.at}, nil
		}))
	if err != nil {
		return err
	}
	_, err = im.tx.CopyFrom(ctx, "report_events",
		[]string{"report_id", "revision", "kind", "at", "by_user", "by_role", "by_agency_id", "reason", "evidence_grade"},
		pgx.CopyFromSlice(len(im.events), func(i int) ([]any, error) {
			r := im.events[i]
			return []any{reportIDs[r.report], r.revision, string(r.event.Kind), r.event.At, r.event.By, r.event.Role, r.agencyID, r.event.Reason, orNull(r.event.Grade)}, nil
		}))
	if err != nil {
		return err
	}
	_, err = im.tx.CopyFrom(ctx, "evidence",
		[]string{"public_id", "revision_id", "kind", "title", "sha256", "media_type", "size_bytes", "url", "is_public", "statement", "added_at"},
		pgx.CopyFromSlice(len(im.evidence), func(i int) ([]any, error) {
			e := im.evidence[i].evidence
			return []any{newPublicID(e.AddedAt), revisionIDs[im.evidence[i].revision], e.Kind, e.Title, e.SHA256, e.MediaType, e.Size, e.URL, e.Public, e.Statement, e.AddedAt}, nil
		}))
	return err
}

// reserve takes n numbers from the sequence of a table.
func (im *importer) reserve(ctx context.Context, table string, n int) ([]int64, error) {
	var ids []int64
	err := im.tx.NewRaw(`SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)`, table, n).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("reserve numbers of %s: %w", table, err)
	}
	return ids, nil
}

// numeric is a decimal for COPY, digit by digit; nil is null.
func numeric(d *decimal.Decimal) pgtype.Numeric {
	if d == nil {
		return pgtype.Numeric{}
	}
	coef := new(big.Int).SetUint64(d.Coef())
	if d.IsNeg() {
		coef.Neg(coef)
	}
	return pgtype.Numeric{Int: coef, Exp: int32(-d.Scale()), Valid: true}
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
