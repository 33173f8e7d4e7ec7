package report

import (
	"context"
	"fmt"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/roadmap"
)

// Delivery is a figure that a program hands over as a draft.
type Delivery struct {
	Key
	Version   int    // of the row that the program saw; 0: there was none
	Value     Value  // the figures, and the note where it gives one; other texts play no part
	Source    string // as the reader knows the system: "SIAK"
	Reference string // how the system names it; empty: it does not
	SHA256    string // of what was delivered, 64 hexadecimal digits
}

// Refusal says why a delivery cannot be kept as it is.
type Refusal uint8

// The reasons.
const (
	NotRefused     Refusal = iota // it was kept
	RefusedMissing                // there is no such row, or it is not to be seen
	RefusedValue                  // the indicator cannot have the value; Field says which
	RefusedState                  // it was handed in, the period does not take reports, or it is not due
	RefusedVersion                // somebody changed the row since
)

// Delivered says what became of a delivery.
type Delivered struct {
	Key
	Refusal Refusal
	Field   string // of RefusedValue: one of the Field constants
	Text    string // why it was refused, in words for the reader; empty when it was not
	Version int    // of the row as it is now; 0: there is none
	Status  Status // as it is now
}

// Deliver keeps the figures that a program delivers as drafts: all, or none, and then the caller
// has to roll tx back. The figures of a row replace those that stand there only when the program
// saw that version of it; texts that a person wrote stay. A figure that is new is kept as one
// of the source as well, and is evidence of the draft like one out of a file. by is the account of the
// program. Delivering the same again changes nothing.
func Deliver(ctx context.Context, tx bun.Tx, by *account.User, deliveries []Delivery, now time.Time) (all []Delivered, kept bool, err error) {
	keys := keysOf(deliveries)
	files, err := openAll(ctx, tx, by, keys, now)
	if err != nil {
		return nil, false, err
	}
	written, err := writtenByOthers(ctx, tx, by, files)
	if err != nil {
		return nil, false, err
	}
	all = make([]Delivered, len(deliveries))
	drafts := make([]DraftRow, len(deliveries))
	kept = true
	for i := range deliveries {
		d, f := &deliveries[i], files[keys[i]]
		all[i] = Delivered{Key: d.Key, Refusal: RefusedMissing, Text: "Instansi ini tidak punya indikator itu pada tahun itu."}
		if f != nil {
			drafts[i], all[i] = f.deliver(by, d, written[f.ID], now)
		}
		kept = kept && all[i].Refusal == NotRefused
	}
	if !kept {
		return all, false, nil
	}
	if err := mayType(by, drafts); err != nil {
		return nil, false, err
	}
	outcomes, saved, err := keepDrafts(ctx, tx, by, drafts, now)
	if err != nil {
		return nil, false, err
	}
	for i, o := range outcomes {
		all[i].Version = o.Version
		if !o.Saved { // somebody made the row at this very moment
			all[i].Refusal, all[i].Text, kept = RefusedVersion, o.Text, false
		}
	}
	if !kept {
		return all, false, nil
	}
	if err := keepDelivered(ctx, tx, by, deliveries, now); err != nil || len(saved) == 0 {
		return all, err == nil, err
	}
	if err := noteSaved(ctx, tx, by, saved, now); err != nil {
		return nil, false, err
	}
	return all, true, note(ctx, tx, by, saved, now)
}

// writtenByOthers are the reports among the files that somebody else than by has saved or handed
// in before: their notes may be theirs, although a delivery of figures came after them.
func writtenByOthers(ctx context.Context, tx bun.Tx, by *account.User, files map[Key]*file) (map[int64]bool, error) {
	var ids, found []int64
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	err := tx.NewRaw(`SELECT DISTINCT report_id FROM report_events WHERE report_id = ANY (?) AND kind IN ('saved', 'submitted') AND by_user <> ?`,
		pgdialect.Array(ids), by.ID).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("read who wrote: %w", err)
	}
	written := make(map[int64]bool, len(found))
	for _, id := range found {
		written[id] = true
	}
	return written, nil
}

// deliver is the draft that the delivery makes of the file, or why there is none. written says
// that others wrote in it before.
func (f *file) deliver(by *account.User, d *Delivery, written bool, now time.Time) (DraftRow, Delivered) {
	v := f.Value
	v.Actual, v.Numerator, v.Denominator, v.NotApplicable = d.Value.Actual, d.Value.Numerator, d.Value.Denominator, false
	typed := maps.Clone(f.typed)
	for _, field := range []string{FieldActual, FieldNumerator, FieldDenominator} {
		delete(typed, field)
	}
	out := Delivered{Key: f.Key, Version: f.Version, Status: f.Status}
	refuse := func(r Refusal, field, text string) (DraftRow, Delivered) {
		out.Refusal, out.Field, out.Text = r, field, text
		return DraftRow{}, out
	}
	if field, text := f.sheet.wrong(Value{Actual: v.Actual, Numerator: v.Numerator, Denominator: v.Denominator}); text != "" {
		return refuse(RefusedValue, field, text)
	}
	note := cleanText(d.Value.Note)
	if utf8.RuneCountInString(note) > maxText {
		return refuse(RefusedValue, FieldNote, "Keterangan paling banyak 2.000 karakter.")
	}
	draft := DraftRow{Key: f.Key, Version: d.Version, Value: v, Typed: typed}
	if text := f.refuses(&draft, now); text != "" {
		return refuse(RefusedState, "", text)
	}
	if f.Version != d.Version && !f.holds(&draft) {
		return refuse(RefusedVersion, "", "Baris ini baru saja diubah "+nameOr(f.editor, "orang lain")+".")
	}
	if note != "" && note != v.Note {
		if v.Note != "" && (written || f.editorID != by.ID) {
			writer := "orang lain"
			if f.editorID != by.ID {
				writer = nameOr(f.editor, writer)
			}
			return refuse(RefusedVersion, FieldNote, "Keterangan baris ini sudah ditulis "+writer+". Kirim tanpa keterangan.")
		}
		draft.Value.Note = note
	}
	return draft, out
}

// keepDelivered keeps the figures as those of the source, but for what it delivered last.
func keepDelivered(ctx context.Context, tx bun.Tx, by *account.User, deliveries []Delivery, now time.Time) error {
	series, err := sheetsOf(ctx, tx, keysOf(deliveries))
	if err != nil {
		return err
	}
	type last struct {
		SeriesID                       int64
		Year, Quarter                  int
		Source, Reference              string
		Actual, Numerator, Denominator *decimal.Decimal
	}
	var ids []int64
	for _, versions := range series {
		ids = append(ids, versions[0].SeriesID)
	}
	var rows []last
	err = tx.NewRaw(`SELECT DISTINCT ON (series_id, year, quarter) series_id, year, quarter, source, reference, actual, numerator, denominator
		FROM feed_values WHERE series_id = ANY (?) ORDER BY series_id, year, quarter, id DESC`, pgdialect.Array(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read what was delivered before: %w", err)
	}
	newest := make(map[place]last, len(rows))
	for _, r := range rows {
		newest[place{r.SeriesID, roadmap.Period{Year: r.Year, Quarter: r.Quarter}}] = r
	}
	var fresh []FeedValue
	for _, d := range deliveries {
		at := place{series[[2]string{d.Agency, d.Indicator}][0].SeriesID, d.Period}
		figures := Value{Actual: d.Value.Actual, Numerator: d.Value.Numerator, Denominator: d.Value.Denominator}
		if was, ok := newest[at]; ok && was.Source == d.Source && was.Reference == d.Reference &&
			sameFigures(figures, Value{Actual: was.Actual, Numerator: was.Numerator, Denominator: was.Denominator}) {
			continue
		}
		fresh = append(fresh, FeedValue{Key: d.Key, Source: d.Source, Value: figures, SHA256: d.SHA256, Reference: d.Reference})
	}
	return AddFeedValues(ctx, tx, by, fresh, now)
}

func keysOf(deliveries []Delivery) []Key {
	keys := make([]Key, len(deliveries))
	for i, d := range deliveries {
		keys[i] = d.Key
	}
	return keys
}
