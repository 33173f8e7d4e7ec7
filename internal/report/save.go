package report

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// maxKept bounds what is kept of one row as it was typed, in bytes.
const maxKept = 16 << 10

func saveDrafts(ctx context.Context, db bun.IDB, by *account.User, drafts []DraftRow, now time.Time) ([]SaveOutcome, error) {
	if err := mayType(by, drafts); err != nil {
		return nil, err
	}
	var outcomes []SaveOutcome
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		var saved []move
		if outcomes, saved, err = keepDrafts(ctx, tx, by, drafts, now); err != nil || len(saved) == 0 {
			return err
		}
		if err := noteSaved(ctx, tx, by, saved, now); err != nil {
			return err
		}
		return note(ctx, tx, by, saved, now)
	})
	return outcomes, err
}

// mayType refuses drafts of agencies that by does not report for, and a row given twice.
func mayType(by *account.User, drafts []DraftRow) error {
	seen := make(map[Key]bool, len(drafts))
	for _, d := range drafts {
		switch {
		case !by.MayReport(d.Agency):
			return fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat mengisi laporannya.")
		case seen[d.Key]:
			return fault.New(fault.Invalid, "Indikator %s tercantum dua kali.", d.Indicator)
		}
		seen[d.Key] = true
	}
	return nil
}

// keepDrafts writes the drafts that may be written and differ from what is there. moves are
// those that were, each with an event to be noted.
func keepDrafts(ctx context.Context, tx bun.Tx, by *account.User, drafts []DraftRow, now time.Time) ([]SaveOutcome, []move, error) {
	keys := make([]Key, len(drafts))
	for i, d := range drafts {
		keys[i] = d.Key
	}
	files, err := openAll(ctx, tx, by, keys, now)
	if err != nil {
		return nil, nil, err
	}
	fresh := map[Key]*file{}
	for i := range drafts {
		if f := files[drafts[i].Key]; f != nil && f.refuses(&drafts[i], now) == "" && !drafts[i].IsEmpty() {
			fresh[f.Key] = f
		}
	}
	if err := create(ctx, tx, by, fresh, now); err != nil {
		return nil, nil, err
	}
	outcomes := make([]SaveOutcome, len(drafts))
	var changed []move
	for i := range drafts {
		d, f := &drafts[i], files[drafts[i].Key]
		outcomes[i] = SaveOutcome{Key: d.Key}
		o := &outcomes[i]
		if f == nil {
			o.Text = "Baris ini tidak ada dalam laporan."
			continue
		}
		o.Version = f.Version
		if o.Text = f.refuses(d, now); o.Text != "" {
			if f.Version != d.Version {
				o.Theirs = f.theirs()
			}
			continue
		}
		switch {
		case f.holds(d):
			o.Saved = true // also when somebody else wrote the very same
		case f.Version != d.Version:
			o.Theirs, o.Text = f.theirs(), "Baris ini baru saja diubah "+nameOr(f.editor, "orang lain")+"."
		default:
			e := Event{Kind: EventSaved, Role: roleOperator}
			if sameFigures(f.Value, d.Value) {
				e.Kind = "" // texts alone type no figures
			}
			f.Value, f.typed = trimmed(d.Value), keptTyped(d.Typed)
			f.Version++
			o.Saved, o.Version = true, f.Version
			changed = append(changed, move{f, e})
		}
	}
	return outcomes, changed, writeDrafts(ctx, tx, by, changed, now)
}

// refuses says why the draft cannot be written into the file; empty: it can.
func (f *file) refuses(d *DraftRow, now time.Time) string {
	if err := f.mayMove(now); err != nil {
		return fault.MessageOf(err)
	}
	if !f.sheet.Frequency.Due(f.Period.Quarter) {
		return fmt.Sprintf("Indikator %s tidak jatuh tempo pada %s.", f.Indicator, f.Period)
	}
	if _, err := f.mayStep(EventSaved, roleOperator); err != nil {
		return fmt.Sprintf("Baris ini sudah %s, jadi tidak dapat diubah.", f.Status.Label())
	}
	size := 0
	for field, text := range d.Typed {
		size += len(field) + len(text)
	}
	for _, t := range d.Value.texts() {
		if size += len(t.text); utf8.RuneCountInString(t.text) > 2*maxText {
			return "Teks pada baris ini terlalu panjang untuk disimpan."
		}
	}
	if size > maxKept {
		return "Isian pada baris ini terlalu panjang untuk disimpan."
	}
	for name, n := range map[string]*decimal.Decimal{"Realisasi": d.Value.Actual, "Pembilang": d.Value.Numerator, "Penyebut": d.Value.Denominator} {
		if n != nil {
			if text := wrongSize(name, *n); text != "" {
				return text
			}
		}
	}
	return ""
}

// holds says that the file says what the draft says.
func (f *file) holds(d *DraftRow) bool {
	a, b := f.Value, d.Value
	return sameFigures(a, b) && a.Note == b.Note && a.Obstacle == b.Obstacle && a.NextStep == b.NextStep && a.NextStepOwner == b.NextStepOwner &&
		sameDay(a.NextStepDue, b.NextStepDue) && maps.Equal(keptTyped(f.typed), keptTyped(d.Typed))
}

func sameDay(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Format(time.DateOnly) == b.Format(time.DateOnly)
}

// keptTyped is what was typed without the fields that are empty.
func keptTyped(typed map[string]string) map[string]string {
	kept := map[string]string{}
	for field, text := range typed {
		if text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD"); text != "" {
			kept[field] = text
		}
	}
	return kept
}

func (f *file) theirs() *Theirs {
	return &Theirs{Version: f.Version, Status: f.Status, Value: f.Value, Typed: f.typed, By: f.editor, At: f.editedAt}
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

// writeDrafts writes the working copies of the files as they stand.
func writeDrafts(ctx context.Context, tx bun.Tx, by *account.User, changed []move, now time.Time) error {
	if len(changed) == 0 {
		return nil
	}
	type row struct {
		ID            int64             `json:"id"`
		Version       int               `json:"version"`
		Actual        *decimal.Decimal  `json:"actual"`
		Numerator     *decimal.Decimal  `json:"numerator"`
		Denominator   *decimal.Decimal  `json:"denominator"`
		NotApplicable bool              `json:"not_applicable"`
		Note          string            `json:"note"`
		Obstacle      string            `json:"obstacle"`
		NextStep      string            `json:"next_step"`
		NextStepOwner string            `json:"next_step_owner"`
		NextStepDue   *string           `json:"next_step_due"`
		Typed         map[string]string `json:"typed"`
	}
	rows := make([]row, len(changed))
	for i, m := range changed {
		v := m.Value
		rows[i] = row{m.ID, m.Version, v.Actual, v.Numerator, v.Denominator, v.NotApplicable, v.Note, v.Obstacle, v.NextStep, v.NextStepOwner, nil, m.typed}
		if v.NextStepDue != nil {
			day := v.NextStepDue.Format(time.DateOnly)
			rows[i].NextStepDue = &day
		}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write drafts: %w", err)
	}
	_, err = tx.NewRaw(`
		UPDATE reports r SET version = d.version, actual = d.actual, numerator = d.numerator, denominator = d.denominator, not_applicable = d.not_applicable,
			note = d.note, obstacle = d.obstacle, next_step = d.next_step, next_step_owner = d.next_step_owner, next_step_due = d.next_step_due,
			typed = coalesce(d.typed, '{}'), updated_at = ?, updated_by = ?
		FROM jsonb_to_recordset(?::jsonb) AS d (id bigint, version int, actual numeric, numerator numeric, denominator numeric, not_applicable boolean,
			note text, obstacle text, next_step text, next_step_owner text, next_step_due date, typed jsonb)
		WHERE r.id = d.id`, now, by.ID, string(list)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write drafts: %w", err)
	}
	return nil
}

// noteSaved adds an event to the reports whose figures were typed. Of one who goes on typing,
// such as by autosave, the first is enough.
func noteSaved(ctx context.Context, tx bun.Tx, by *account.User, saved []move, now time.Time) error {
	var ids, agencies []int64
	for i := range saved {
		m := &saved[i]
		if m.event.Kind == EventSaved && !(m.lastKind == EventSaved && m.lastBy == by.ID) {
			ids, agencies = append(ids, m.ID), append(agencies, m.sheet.AgencyID)
		}
		m.event.Kind = EventSaved // for the trail
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`INSERT INTO report_events (report_id, revision, kind, at, by_user, by_role, by_agency_id)
		SELECT id, 0, 'saved', ?, ?, ?, agency FROM unnest(?::bigint[], ?::bigint[]) AS t (id, agency) ORDER BY id`,
		now, by.ID, roleOperator, pgdialect.Array(ids), pgdialect.Array(agencies)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note who typed: %w", err)
	}
	return nil
}
