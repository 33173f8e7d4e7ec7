package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// Finding is what an inspector says of one value of a sample.
type Finding struct {
	Period    roadmap.Period
	Place     int // in the sample
	Correct   bool
	Note      string // required for a wrong value
	Reason    string // why the result before it is corrected; required then
	LastKnown int    // number of the result the inspector saw; 0: none
}

// noteLength is how long notes and reasons may be, in characters.
const noteLength = 2000

// Record keeps what an inspector found, tells Bagian Organisasi of a wrong value, and hands
// the counts on as the feed of the indicator UJI-PETIK. A result is corrected by a new one with
// a reason. Only Inspektorat may (Forbidden); a colleague who was faster is fault.Conflict;
// what is missing is fault.Invalid.
func Record(ctx context.Context, db bun.IDB, by *account.User, f Finding, now time.Time) error {
	f.Note, f.Reason = strings.TrimSpace(f.Note), strings.TrimSpace(f.Reason)
	switch {
	case !by.Holds(account.Inspector):
		return fault.New(fault.Forbidden, "Hanya Inspektorat yang dapat mencatat hasil uji petik.")
	case !f.Correct && f.Note == "":
		return fault.New(fault.Invalid, "Tulis apa yang salah dari nilai ini.")
	case f.LastKnown > 0 && f.Reason == "":
		return fault.New(fault.Invalid, "Tulis alasan hasil sebelumnya diubah.")
	case utf8.RuneCountInString(f.Note) > noteLength || utf8.RuneCountInString(f.Reason) > noteLength:
		return fault.New(fault.Invalid, "Catatan paling panjang %d karakter.", noteLength)
	}
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return f.record(ctx, tx, by, now) })
	if postgres.Violates(err, "spot_results_number_key") {
		return fault.New(fault.Conflict, "Nilai ini baru saja diperiksa rekan Anda. Muat ulang halaman untuk melihat hasilnya.")
	}
	return err
}

func (f *Finding) record(ctx context.Context, tx bun.Tx, by *account.User, now time.Time) error {
	// Held until the end, so that the counts of the feed are those of all results.
	s := &Sample{Period: f.Period}
	err := tx.NewRaw(`SELECT s.id FROM periods p JOIN spot_samples s USING (year, quarter) WHERE p.year = ? AND p.quarter = ? FOR UPDATE OF p`,
		f.Period.Year, f.Period.Quarter).Scan(ctx, &s.ID)
	switch {
	case postgres.NoRows(err):
		return fault.New(fault.NotFound, "Belum ada sampel uji petik untuk %s.", f.Period)
	case err != nil:
		return fmt.Errorf("read the spot check of %s: %w", f.Period, err)
	}
	items, err := s.items(ctx, tx)
	if err != nil {
		return fmt.Errorf("read the values of the spot check of %s: %w", f.Period, err)
	}
	if f.Place < 1 || f.Place > len(items) {
		return fault.New(fault.NotFound, "Sampel uji petik %s tidak punya nilai ke-%d.", f.Period, f.Place)
	}
	item := &items[f.Place-1]
	if f.LastKnown != len(item.Results) {
		return fault.New(fault.Conflict, "Nilai ini baru saja diperiksa rekan Anda. Muat ulang halaman untuk melihat hasilnya.")
	}
	result := Result{Number: len(item.Results) + 1, Correct: f.Correct, Note: f.Note, Reason: f.Reason, At: now, Name: by.Name}
	_, err = tx.NewRaw(`INSERT INTO spot_results (member_id, number, correct, note, reason, at, by_user) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		item.MemberID, result.Number, f.Correct, f.Note, f.Reason, now, by.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep the result of %s: %w", item.Key, err)
	}
	var before any
	if last := item.Newest(); last != nil {
		before = map[string]any{"correct": last.Correct, "note": last.Note}
	}
	item.Results = append(item.Results, result)
	if err := f.feed(ctx, tx, by, s, items, now); err != nil {
		return err
	}
	if err := f.tell(ctx, tx, item, now); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{
		Stream: audit.Publish, At: now, Actor: by.ID, Role: string(account.Inspector),
		Action: "record spot check", Object: fmt.Sprintf("%s %s %s", item.Indicator, item.Agency, item.Period),
		Before: before, After: map[string]any{"correct": f.Correct, "note": f.Note, "reason": f.Reason, "place": f.Place, "revision": item.Revision},
	})
}

// feed hands the counts on: right values of those looked at, in the report of the quarter in
// which the sample is looked at. Without a target of that year nobody asks for them.
func (f *Finding) feed(ctx context.Context, tx bun.Tx, by *account.User, s *Sample, items []Item, now time.Time) error {
	key := report.Key{Agency: Agency, Indicator: Indicator, Period: s.ReportedIn()}
	var asked bool
	err := tx.NewRaw(`SELECT EXISTS (SELECT FROM target_series ts JOIN agencies a ON a.id = ts.agency_id JOIN indicators i ON i.id = ts.indicator_id
		JOIN targets t ON t.series_id = ts.id WHERE a.code = ? AND i.code = ? AND t.year = ?)`, key.Agency, key.Indicator, key.Period.Year).Scan(ctx, &asked)
	if err != nil {
		return fmt.Errorf("look for the target of %s: %w", key, err)
	}
	if !asked {
		return nil
	}
	checked, right := 0, 0
	hash := sha256.New()
	for i := range items {
		r := items[i].Newest()
		if r == nil {
			continue
		}
		checked++
		if r.Correct {
			right++
		}
		fmt.Fprintf(hash, "%s %t\n", items[i].Digest, r.Correct)
	}
	numerator, err := decimal.New(int64(right), 0)
	if err != nil {
		return err
	}
	denominator, err := decimal.New(int64(checked), 0)
	if err != nil {
		return err
	}
	return report.AddFeedValues(ctx, tx, by, []report.FeedValue{{
		Key: key, Source: Source, SHA256: hex.EncodeToString(hash.Sum(nil)),
		Value: report.Value{Numerator: &numerator, Denominator: &denominator},
	}}, now)
}

// tell asks Bagian Organisasi to reopen the report of a wrong value.
func (f *Finding) tell(ctx context.Context, tx bun.Tx, item *Item, now time.Time) error {
	if f.Correct {
		return nil
	}
	return notice.Tell(ctx, tx, notice.Note{
		Key:   fmt.Sprintf("spot check %s %s %s result %d", item.Indicator, item.Agency, item.Period, len(item.Results)),
		Kind:  notice.Duty,
		Text:  fmt.Sprintf("Uji petik: nilai %q dari %s pada %s ternyata salah. Inspektorat meminta laporannya dibuka kembali. Catatan: %s", item.Name, item.AgencyName, item.Period.Words(), shorten(f.Note)),
		Href:  "/kerja/laporan/" + item.Agency + "/" + item.Period.String() + "/" + item.Indicator,
		Roles: []string{string(account.Reviewer)},
	}, now)
}

// shorten cuts a note to what a notice can carry.
func shorten(s string) string {
	const longest = 500
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}
